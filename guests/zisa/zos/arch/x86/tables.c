// The descriptor tables of the CPU. Segments are flat; they only tell user code from the kernel.
#include "kernel.h"

static uint64_t gdt[GDT_ENTRIES], idt[256];
static struct tss tss;

extern const char trap_entries[];  // trap_entry.S

#define ENTRY_SIZE 16

static void make_gdt(void) {
  const uint32_t flat = 0xfffff;
  gdt[SEL_KERNEL_CODE / 8] = segment_descriptor(0, flat, ACCESS_CODE, SEGMENT_4K);
  gdt[SEL_KERNEL_DATA / 8] = segment_descriptor(0, flat, ACCESS_DATA, SEGMENT_4K);
  gdt[SEL_USER_CODE / 8] = segment_descriptor(0, flat, ACCESS_CODE | ACCESS_USER, SEGMENT_4K);
  gdt[SEL_USER_DATA / 8] = segment_descriptor(0, flat, ACCESS_DATA | ACCESS_USER, SEGMENT_4K);
  gdt[SEL_TSS / 8] = segment_descriptor((uint32_t)&tss, sizeof tss - 1, ACCESS_TSS, 0);
  tss.ss0 = SEL_KERNEL_DATA;
  tss.io_map = sizeof tss;  // no bitmap: no port for user code
}

// User code may call one gate by INT.
static void make_idt(void) {
  for (uint32_t vector = 0; vector < 256; vector++) {
    uint8_t access = ACCESS_INTERRUPT_GATE | (vector == VECTOR_CALL ? ACCESS_USER : 0);
    idt[vector] =
        gate_descriptor(SEL_KERNEL_CODE, (uint32_t)trap_entries + vector * ENTRY_SIZE, access);
  }
}

void tables_init(void) {
  make_gdt();
  make_idt();
  struct table_register gdtr = {sizeof gdt - 1, (uint32_t)gdt};
  struct table_register idtr = {sizeof idt - 1, (uint32_t)idt};
  __asm__ volatile(
      "lgdt %0; lidt %1\n"
      "ljmp %2, $1f; 1:\n"
      "movl %3, %%ds; movl %3, %%es; movl %3, %%ss\n"
      "movl %4, %%fs; movl %4, %%gs\n"
      "ltr %w5"
      :
      : "m"(gdtr), "m"(idtr), "i"(SEL_KERNEL_CODE), "r"(SEL_KERNEL_DATA), "r"(0), "r"(SEL_TSS)
      : "memory");
}

void trap_set_kernel_stack(void* top) {
  tss.esp0 = (uint32_t)top;
}
