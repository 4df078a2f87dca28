// POP of a segment register: RPL 0 loads the kernel's data segment, RPL 1 faults.
#include "holes.h"

static void good(void) {
  __asm__ volatile("pushl %0; popl %%es" : : "i"(SEL_KERNEL_DATA));
}
static void bad(void) {
  __asm__ volatile("pushl %0; popl %%es" : : "i"(KERNEL_DATA_RPL1));
}

int main(void) {
  bool honest = compare("pop_seg: loading kernel data with RPL 0 makes fault + 1", NO_FAULT,
                        "POP ES", try_code(good));
  honest &= compare("pop_seg: loading kernel data with RPL 1 makes fault + 1", GP_FAULT, "POP ES",
                    try_code(bad));
  return honest ? 0 : 1;
}
