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
  check("seg.ltr-busy", (uint32_t)(gdt[SEL_TSS / 8] >> 40) & 0xff, ACCESS_TSS | 2);
}

void check_descriptors(void) {
  check_tables();
}
