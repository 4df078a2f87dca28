// User code that does what it may not: vector, error code, EIP and CR2 of what comes of it.
// Vectors and error codes: SDM 3, 6.15; error codes that name a selector or gate: SDM 3, 6.13.
#include "check.h"

#define GATE_ERROR(vector) ((vector)*8 + 2)  // IDT bit set

USER(user_div, "xorl %ecx, %ecx", "divl %ecx");
USER(user_div_overflow, "movl $2, %edx; movl $1, %ecx", "divl %ecx");
USER(user_idiv_overflow, "movl $0x80000000, %eax; cltd; movl $-1, %ecx", "idivl %ecx");
USER(user_ud2, "", "ud2");
USER(user_lock, "", ".byte 0xf0, 0x90");    // LOCK NOP
USER(user_mov_cs, "", ".byte 0x8e, 0xc8");  // MOV CS, EAX
USER(user_hlt, "", "hlt");
USER(user_cli, "", "cli");
USER(user_sti, "", "sti");
USER(user_in, "", "inb $0xf4, %al");
USER(user_out, "", "outb %al, $0xf4");
USER(user_mov_cr, "", "movl %cr0, %eax");
USER(user_mov_dr, "", "movl %dr7, %eax");
USER(user_lgdt, "", "lgdt " TEXT(USER_DATA));
USER(user_clts, "", "clts");
USER(user_invlpg, "", "invlpg (%eax)");
USER(user_gate, "", "int $" TEXT(VECTOR_KERNEL_ONLY));
USER(user_gate_absent, "", "int $" TEXT(VECTOR_ABSENT));
USER(user_bound, "movl $10, " TEXT(USER_DATA) "; movl $20, " TEXT(USER_DATA) "+4; movl $21, %eax",
     "bound %eax, " TEXT(USER_DATA));

static void check_single(void) {
  USER_FAULT("fault.de.zero", user_div, VECTOR_DE, 0);
  USER_FAULT("fault.de.div", user_div_overflow, VECTOR_DE, 0);
  USER_FAULT("fault.de.idiv", user_idiv_overflow, VECTOR_DE, 0);
  USER_FAULT("fault.ud.ud2", user_ud2, VECTOR_UD, 0);
  USER_FAULT("fault.ud.lock", user_lock, VECTOR_UD, 0);
  USER_FAULT("fault.ud.mov-cs", user_mov_cs, VECTOR_UD, 0);
  USER_FAULT("fault.br", user_bound, VECTOR_BR, 0);
}

static void check_privilege(void) {
  USER_FAULT("fault.gp.hlt", user_hlt, VECTOR_GP, 0);
  USER_FAULT("fault.gp.cli", user_cli, VECTOR_GP, 0);
  USER_FAULT("fault.gp.sti", user_sti, VECTOR_GP, 0);
  USER_FAULT("fault.gp.in", user_in, VECTOR_GP, 0);
  USER_FAULT("fault.gp.out", user_out, VECTOR_GP, 0);
  USER_FAULT("fault.gp.mov-cr", user_mov_cr, VECTOR_GP, 0);
  USER_FAULT("fault.gp.mov-dr", user_mov_dr, VECTOR_GP, 0);
  USER_FAULT("fault.gp.lgdt", user_lgdt, VECTOR_GP, 0);
  USER_FAULT("fault.gp.clts", user_clts, VECTOR_GP, 0);
  USER_FAULT("fault.gp.invlpg", user_invlpg, VECTOR_GP, 0);
  USER_FAULT("fault.gp.gate", user_gate, VECTOR_GP, GATE_ERROR(VECTOR_KERNEL_ONLY));
  USER_FAULT("fault.np.gate", user_gate_absent, VECTOR_NP, GATE_ERROR(VECTOR_ABSENT));
}

// ---- Traps: EIP is behind the instruction ----------------------------------------------------

USER(user_int3, "", "int3");
USER(user_into, "movb $127, %al; addb $1, %al", "into");
USER(user_into_quiet, "xorl %eax, %eax", "into");

static void check_traps(void) {
  run_user(user_int3);
  check_trap("fault.bp", VECTOR_BP, 0, user_address(user_int3_at) + 1);
  run_user(user_into);
  check_trap("fault.of", VECTOR_OF, 0, user_address(user_into_at) + 1);
  check_user_ends("fault.of.quiet", user_into_quiet);
}

// ---- Segments --------------------------------------------------------------------------------

#define LOAD(name, register, selector) \
  USER(name, "movl $" TEXT(selector) ", %eax", "movl %eax, %" register)
LOAD(user_ds_beyond, "ds", SEL_BEYOND);
LOAD(user_ds_kernel, "ds", SEL_KERNEL_DATA);
LOAD(user_ds_tss, "ds", SEL_TSS);
LOAD(user_ds_execute_only, "ds", SEL_EXECUTE_ONLY);
LOAD(user_ds_absent, "ds", SEL_ABSENT);
LOAD(user_ss_null, "ss", 0);
LOAD(user_ss_kernel, "ss", SEL_KERNEL_DATA);
LOAD(user_ss_read_only, "ss", SEL_READ_ONLY);
LOAD(user_ss_absent, "ss", SEL_ABSENT);
USER(user_limit_good, "movl $" TEXT(SEL_SMALL) ", %eax; movl %eax, %es", "movl %es:12, %eax");
USER(user_down_good, "movl $" TEXT(SEL_DOWN) ", %eax; movl %eax, %es", "movl %es:0x1000, %eax");
USER(user_call_kernel, "", "lcall $" TEXT(SEL_KERNEL_CODE) ", $0");
USER(user_call_data, "", "lcall $" TEXT(SEL_USER_DATA) ", $0");
USER(user_call_null, "", "lcall $0, $0");
USER(user_call_absent, "", "lcall $" TEXT(SEL_ABSENT_CODE) ", $0");

static void check_segment_loads(void) {
  USER_FAULT("fault.gp.beyond-gdt", user_ds_beyond, VECTOR_GP, SEL_BEYOND & ~3);
  USER_FAULT("fault.gp.ds-kernel", user_ds_kernel, VECTOR_GP, SEL_KERNEL_DATA);
  USER_FAULT("fault.gp.ds-system", user_ds_tss, VECTOR_GP, SEL_TSS);
  USER_FAULT("fault.gp.ds-unreadable", user_ds_execute_only, VECTOR_GP, SEL_EXECUTE_ONLY & ~3);
  USER_FAULT("fault.np.ds", user_ds_absent, VECTOR_NP, SEL_ABSENT & ~3);
  USER_FAULT("fault.gp.ss-null", user_ss_null, VECTOR_GP, 0);
  USER_FAULT("fault.gp.ss-kernel", user_ss_kernel, VECTOR_GP, SEL_KERNEL_DATA);
  USER_FAULT("fault.gp.ss-read-only", user_ss_read_only, VECTOR_GP, SEL_READ_ONLY & ~3);
  USER_FAULT("fault.ss.absent", user_ss_absent, VECTOR_SS, SEL_ABSENT & ~3);
}

static void check_segment_uses(void) {
  check_user_ends("fault.limit-good", user_limit_good);
  check_user_ends("fault.expand-down-good", user_down_good);
  USER_FAULT("fault.gp.call-kernel", user_call_kernel, VECTOR_GP, SEL_KERNEL_CODE);
  USER_FAULT("fault.gp.call-data", user_call_data, VECTOR_GP, SEL_USER_DATA & ~3);
  USER_FAULT("fault.gp.call-null", user_call_null, VECTOR_GP, 0);
  USER_FAULT("fault.np.call", user_call_absent, VECTOR_NP, SEL_ABSENT_CODE & ~3);
}

// ---- Pages -----------------------------------------------------------------------------------

USER(user_read_absent, "", "movl " TEXT(USER_ABSENT) ", %eax");
USER(user_write_absent, "", "movl %eax, " TEXT(USER_ABSENT));
USER(user_write_read_only, "", "movl %eax, " TEXT(USER_READ_ONLY));
USER(user_read_kernel, "", "movl " TEXT(KERNEL_BASE) ", %eax");
USER(user_write_kernel, "", "movl %eax, " TEXT(KERNEL_BASE));
USER(user_straddle, "", "movl " TEXT(USER_DATA) "+0x1ffe, %eax");
USER(user_push, "movl $" TEXT(USER_STACK) ", %esp", "pushl %eax");
USER(user_jump_absent, "movl $" TEXT(USER_ABSENT) ", %eax", "jmp *%eax");

static void check_page_faults(void) {
  USER_PAGE_FAULT("fault.pf.read-absent", user_read_absent, PF_USER, USER_ABSENT);
  USER_PAGE_FAULT("fault.pf.write-absent", user_write_absent, PF_USER | PF_WRITE, USER_ABSENT);
  USER_PAGE_FAULT("fault.pf.write-protected", user_write_read_only, PF_USER | PF_WRITE | PF_PRESENT,
                  USER_READ_ONLY);
  USER_PAGE_FAULT("fault.pf.read-kernel", user_read_kernel, PF_USER | PF_PRESENT, KERNEL_BASE);
  USER_PAGE_FAULT("fault.pf.write-kernel", user_write_kernel, PF_USER | PF_WRITE | PF_PRESENT,
                  KERNEL_BASE);
  USER_PAGE_FAULT("fault.pf.straddle", user_straddle, PF_USER, USER_DATA + 2 * PAGE_SIZE);
  USER_PAGE_FAULT("fault.pf.push", user_push, PF_USER | PF_WRITE, USER_STACK - 4);
  run_user(user_jump_absent);
  check_trap("fault.pf.fetch", VECTOR_PF, PF_USER, USER_ABSENT);
}

void check_faults(void) {
  check_single();
  check_privilege();
  check_traps();
  check_segment_loads();
  check_segment_uses();
  check_page_faults();
}
