// What the instructions that look at descriptors and system registers say.
#include "check.h"

static void check_tables(void) {
  struct table_register gdtr, idtr;
  uint32_t ldtr = 0, tr = 0, msw = 0;
  __asm__ volatile("sgdt %0; sidt %1" : "=m"(gdtr), "=m"(idtr));
  __asm__ volatile("sldt %w0; str %w1; smsw %w2" : "+r"(ldtr), "+r"(tr), "+r"(msw));
  check("seg.sgdt.base", gdtr.base, (uint32_t)gdt);
  check("seg.sgdt.limit", gdtr.limit, sizeof gdt - 1);
  check("seg.sidt.base", idtr.base, (uint32_t)idt);
  check("seg.sidt.limit", idtr.limit, sizeof idt - 1);
  check("seg.sldt", ldtr, SEL_LDT);
  check("seg.str", tr, SEL_TSS);
  check("seg.smsw", msw & 0xffff, read_cr0() & 0xffff);
}

// ---- Bits that the CPU sets ------------------------------------------------------------------

static uint8_t access_of(uint32_t selector) {
  return (uint8_t)(gdt[selector / 8] >> 40);
}

static void load_gs(uint32_t selector) {
  __asm__ volatile("movl %0, %%gs" : : "r"(selector));
}

static void check_bits(void) {
  check("seg.ltr.busy", access_of(SEL_TSS), ACCESS_TSS | 2);
  gdt[SEL_READ_ONLY / 8] &= ~(1ull << 40);
  load_gs(SEL_READ_ONLY);
  check("seg.accessed", access_of(SEL_READ_ONLY) & 1, 1);
  load_gs(0);
}

KERNEL(load_busy_tss, "movl $" TEXT(SEL_TSS) ", %eax", "ltr %ax");
KERNEL(load_tss_as_ldt, "movl $" TEXT(SEL_TSS) ", %eax", "lldt %ax");
KERNEL(load_code_as_tss, "movl $" TEXT(SEL_KERNEL_CODE) ", %eax", "ltr %ax");
KERNEL(load_ldt_data, "movl $" TEXT(SEL_LDT_DATA) ", %eax; movl %eax, %gs; movl %gs, %ecx",
       "xorl %eax, %eax; movl %eax, %gs");

static void check_loads(void) {
  KERNEL_FAULT("seg.ltr.gp-busy", load_busy_tss, VECTOR_GP, SEL_TSS);
  KERNEL_FAULT("seg.lldt.gp-type", load_tss_as_ldt, VECTOR_GP, SEL_TSS);
  KERNEL_FAULT("seg.ltr.gp-type", load_code_as_tss, VECTOR_GP, SEL_KERNEL_CODE);
  check("seg.ldt-entry", run_kernel(load_ldt_data), false);
}

// ---- LAR, LSL, VERR, VERW (SDM 2): they answer by ZF, and never fault for a bad selector -------

#define NONE 0xdeadbeef  // what LAR and LSL leave alone when ZF = 0

#define ASK(instruction)                                                           \
  static uint32_t instruction##_of(uint32_t selector) {                            \
    uint32_t value = NONE;                                                         \
    __asm__ volatile(#instruction " %1, %0" : "+r"(value) : "r"(selector) : "cc"); \
    return value;                                                                  \
  }
ASK(lar)
ASK(lsl)

#define VERIFY(instruction)                                                             \
  static bool instruction##_of(uint32_t selector) {                                     \
    uint8_t zero;                                                                       \
    __asm__ volatile(#instruction " %w1; setz %0" : "=q"(zero) : "r"(selector) : "cc"); \
    return zero;                                                                        \
  }
VERIFY(verr)
VERIFY(verw)

#define LAR_BITS 0x00f0ff00  // bits 16 to 19 are undefined
static uint32_t rights_of(uint32_t selector) {
  return (uint32_t)(gdt[selector / 8] >> 32) & LAR_BITS;
}

static void check_lar(void) {
  check("seg.lar.code", lar_of(SEL_KERNEL_CODE) & LAR_BITS, rights_of(SEL_KERNEL_CODE));
  check("seg.lar.absent", lar_of(SEL_ABSENT) & LAR_BITS, rights_of(SEL_ABSENT));
  check("seg.lar.tss", lar_of(SEL_TSS) & LAR_BITS, rights_of(SEL_TSS));
  check("seg.lar.null", lar_of(0), NONE);
  check("seg.lar.beyond", lar_of(SEL_BEYOND), NONE);
  check("seg.lar.rpl", lar_of(SEL_KERNEL_DATA | 3), NONE);
  check("seg.lsl.flat", lsl_of(SEL_KERNEL_DATA), 0xffffffff);
  check("seg.lsl.bytes", lsl_of(SEL_SMALL), 15);
  check("seg.lsl.null", lsl_of(0), NONE);
  check("seg.lsl.tss", lsl_of(SEL_TSS), sizeof task - 1);
}

USER(user_verr_kernel,
     "movl $" TEXT(SEL_KERNEL_DATA) ", %ecx; verr %cx; setz %al; movzbl %al, %eax", "nop");

static void check_verify(void) {
  check("seg.verr.data", verr_of(SEL_USER_DATA), true);
  check("seg.verr.execute-only", verr_of(SEL_EXECUTE_ONLY), false);
  check("seg.verr.code", verr_of(SEL_KERNEL_CODE), true);
  check("seg.verr.tss", verr_of(SEL_TSS), false);
  check("seg.verw.data", verw_of(SEL_USER_DATA), true);
  check("seg.verw.read-only", verw_of(SEL_READ_ONLY), false);
  check("seg.verw.code", verw_of(SEL_KERNEL_CODE), false);
  check("seg.verr.user.answer", check_user_ends("seg.verr.user", user_verr_kernel), false);
}

void check_descriptors(void) {
  check_tables();
  check_bits();
  check_loads();
  check_lar();
  check_verify();
}
