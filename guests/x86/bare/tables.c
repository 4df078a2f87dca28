#include "bare.h"

uint64_t gdt[GDT_ENTRIES], idt[256];
static struct tss tss;

extern const char unexpected_trap[], leave_user[], trap_stack_top[], user_begin[];

void set_trap(uint8_t vector, const void* entry, int dpl) {
  idt[vector] = gate_descriptor(SEL_KERNEL_CODE, (uint32_t)entry,
                                (uint8_t)(ACCESS_INTERRUPT_GATE | dpl << 5));
}

static void make_gdt(void) {
  const uint32_t flat = 0xfffff;
  gdt[SEL_KERNEL_CODE / 8] = segment_descriptor(0, flat, ACCESS_CODE, SEGMENT_4K);
  gdt[SEL_KERNEL_DATA / 8] = segment_descriptor(0, flat, ACCESS_DATA, SEGMENT_4K);
  gdt[SEL_USER_CODE / 8] = segment_descriptor(0, flat, ACCESS_CODE | ACCESS_USER, SEGMENT_4K);
  gdt[SEL_USER_DATA / 8] = segment_descriptor(0, flat, ACCESS_DATA | ACCESS_USER, SEGMENT_4K);
  gdt[SEL_TSS / 8] = segment_descriptor((uint32_t)&tss, sizeof tss - 1, ACCESS_TSS, 0);
  tss.ss0 = SEL_KERNEL_DATA;
  tss.esp0 = (uint32_t)trap_stack_top;
  tss.io_map = sizeof tss;  // no bitmap: no port for the user
}

void build_tables(void) {
  make_gdt();
  for (int vector = 0; vector < 256; vector++) set_trap((uint8_t)vector, unexpected_trap, 0);
  set_trap(VECTOR_LEAVE, leave_user, 3);
  struct table_register gdtr = {sizeof gdt - 1, (uint32_t)gdt};
  struct table_register idtr = {sizeof idt - 1, (uint32_t)idt};
  __asm__ volatile(
      "lgdt %0; lidt %1\n"
      "ljmp %2, $1f; 1:\n"
      "movl %3, %%ds; movl %3, %%es; movl %3, %%ss\n"
      "ltr %w4"
      :
      : "m"(gdtr), "m"(idtr), "i"(SEL_KERNEL_CODE), "r"(SEL_KERNEL_DATA), "r"(SEL_TSS)
      : "memory");
}

uint32_t user_address(const void* code) {
  return USER_BASE + (uint32_t)((const char*)code - user_begin);
}
