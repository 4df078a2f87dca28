// Between the rings: stack switch, returns, flags that user code may not change, ports.
#include "check.h"

int guard_call(void (*code)(void));
void enter_user_by_lret(void);
uint32_t far_call(void);

USER(user_end, "", "nop");

// ---- Stack and flags at the entry (SDM 3, 6.12.1) --------------------------------------------

USER(user_call, "", "int $" TEXT(VECTOR_CALL));

static void check_entry(void) {
  run_user(user_end);
  check("ring.stack", last_frame_end, (uint32_t)trap_stack_top);
  check("ring.esp", last_trap.esp, USER_STACK_TOP);
  run_user_flags(user_end, EFLAGS_IF | EFLAGS_NT | EFLAGS_DF);
  check("ring.eflags-saved", last_trap.eflags, EFLAGS_FIXED | EFLAGS_IF | EFLAGS_NT | EFLAGS_DF);
  check("ring.interrupt-gate", last_entry_flags & (EFLAGS_IF | EFLAGS_NT | EFLAGS_TF), 0);
  run_user_flags(user_call, EFLAGS_IF);
  check("ring.trap-gate", last_entry_flags & EFLAGS_IF, EFLAGS_IF);
}

// ---- Returns ---------------------------------------------------------------------------------

USER(user_read_fs, "movl %fs, %eax", "nop");

KERNEL(iret_null_cs, IRET_TO(0, SEL_USER_DATA), "iretl");
KERNEL(iret_data_cs, IRET_TO(SEL_USER_DATA, SEL_USER_DATA), "iretl");
KERNEL(iret_absent_cs, IRET_TO(SEL_ABSENT_CODE, SEL_USER_DATA), "iretl");
KERNEL(iret_null_ss, IRET_TO(SEL_USER_CODE, 0), "iretl");
KERNEL(iret_kernel_ss, IRET_TO(SEL_USER_CODE, SEL_KERNEL_DATA), "iretl");

static void check_returns(void) {
  // enter_user leaves the kernel's data segment in FS.
  run_user(user_read_fs);
  check("ring.iret-nulls-fs", last_trap.eax, 0);
  KERNEL_FAULT("ring.iret.null-cs", iret_null_cs, VECTOR_GP, 0);
  KERNEL_FAULT("ring.iret.data-cs", iret_data_cs, VECTOR_GP, SEL_USER_DATA & ~3);
  KERNEL_FAULT("ring.iret.absent-cs", iret_absent_cs, VECTOR_NP, SEL_ABSENT_CODE & ~3);
  KERNEL_FAULT("ring.iret.null-ss", iret_null_ss, VECTOR_GP, 0);
  KERNEL_FAULT("ring.iret.kernel-ss", iret_kernel_ss, VECTOR_GP, SEL_KERNEL_DATA);
  check("ring.far-call", far_call(), true);
  guard_call(enter_user_by_lret);  // still at user_read_fs
  check("ring.lret-outer", last_trap.cs, SEL_USER_CODE);
  check("ring.lret-outer-ss", last_trap.ss, SEL_USER_DATA);
}

// ---- EFLAGS in user mode (SDM 2, POPF; SDM 1, 19.5.1) ----------------------------------------

USER(user_popf_all, "pushl $0x3202; popfl; pushfl; popl %eax", "nop");
USER(user_popf_none, "pushl $2; popfl; pushfl; popl %eax", "nop");
USER(user_cli_sti, "cli; pushfl; popl %eax; sti; pushfl; popl %ebx", "nop");
USER(user_in_iopl, "inb $0x71, %al", "nop");

static uint32_t user_eflags(const char* code, uint32_t eflags) {
  run_user_flags(code, eflags);
  return last_trap.eax & (EFLAGS_IF | EFLAGS_IOPL);
}

static void check_flags(void) {
  check("ring.popf.if-stays-off", user_eflags(user_popf_all, 0), 0);
  check("ring.popf.if-stays-on", user_eflags(user_popf_none, EFLAGS_IF), EFLAGS_IF);
  check("ring.popf.iopl3-if", user_eflags(user_popf_none, EFLAGS_IF | EFLAGS_IOPL), EFLAGS_IOPL);
  check("ring.cli.iopl3", user_eflags(user_cli_sti, EFLAGS_IF | EFLAGS_IOPL), EFLAGS_IOPL);
  check("ring.sti.iopl3", last_trap.ebx & EFLAGS_IF, EFLAGS_IF);
  run_user_flags(user_in_iopl, EFLAGS_IOPL);
  check("ring.in.iopl3", last_trap.vector, VECTOR_EXIT);
  write_eflags(EFLAGS_IOPL);
  check("ring.popf.kernel-iopl", read_eflags() & EFLAGS_IOPL, EFLAGS_IOPL);
  write_eflags(EFLAGS_FIXED);
}

// ---- The I/O bitmap (SDM 1, 19.5.2) ----------------------------------------------------------

USER(user_in_word, "", "inw $0x71, %ax");
USER(user_in_above, "movl $0x400, %edx", "inb %dx, %al");

static void check_io_bitmap(void) {
  task.io[CMOS_DATA / 8] &= (uint8_t) ~(1 << CMOS_DATA % 8);
  check_user_ends("ring.in.allowed", user_in_iopl);
  USER_FAULT("ring.in.half-allowed", user_in_word, VECTOR_GP, 0);
  USER_FAULT("ring.in.beyond-bitmap", user_in_above, VECTOR_GP, 0);
  task.io[CMOS_DATA / 8] = 0xff;
}

// ---- SYSENTER (SDM 3, 5.8.7) -----------------------------------------------------------------

#define MSR_SYSENTER_CS 0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
extern char sysenter_entry[];

static void write_msr(uint32_t msr, uint32_t value) {
  __asm__ volatile("wrmsr" : : "c"(msr), "a"(value), "d"(0));
}

USER(user_sysenter,
     "call 1f; 1: popl %edx; addl $2f-1b, %edx; movl %esp, %ecx; sysenter; 2:", "nop");
USER(user_sysenter_off, "", "sysenter");

static void check_sysenter(void) {
  if (!(cpu_features() & CPU_SEP)) return note("no SYSENTER");
  write_msr(MSR_SYSENTER_CS, SEL_KERNEL_CODE);
  write_msr(MSR_SYSENTER_ESP, (uint32_t)trap_stack_top);
  write_msr(MSR_SYSENTER_EIP, (uint32_t)sysenter_entry);
  check("ring.sysenter.segments", check_user_ends("ring.sysenter", user_sysenter),
        SEL_KERNEL_DATA << 16 | SEL_KERNEL_CODE);
  check("ring.sysexit.cs", last_trap.cs, SEL_USER_CODE);
  check("ring.sysexit.ss", last_trap.ss, SEL_USER_DATA);
  write_msr(MSR_SYSENTER_CS, 0);
  USER_FAULT("ring.sysenter.off", user_sysenter_off, VECTOR_GP, 0);
}

void check_rings(void) {
  check_entry();
  check_returns();
  check_flags();
  check_io_bitmap();
  check_sysenter();
}
