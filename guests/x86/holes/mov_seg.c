// MOV from and to a segment register: do CS and SS show RPL 0, and does RPL 1 fault for a segment
// of DPL 0?
#include "holes.h"

static void load_es(void) {
  __asm__ volatile("movl %0, %%es" : : "r"(KERNEL_DATA_RPL1));
}

int main(void) {
  uint32_t cs, ss;
  __asm__ volatile("movl %%cs, %0; movl %%ss, %1" : "=r"(cs), "=r"(ss));
  bool honest = compare("mov_seg: CS", SEL_KERNEL_CODE, "MOV from CS", cs & 0xffff);
  honest &= compare("mov_seg: SS", SEL_KERNEL_DATA, "MOV from SS", ss & 0xffff);
  honest &= compare("mov_seg: loading kernel data with RPL 1 makes fault + 1", GP_FAULT,
                    "MOV to ES", try_code(load_es));
  return honest ? 0 : 1;
}
