// PUSH of a segment register: do CS and SS hold the selectors that this kernel loaded, with RPL 0?
#include "holes.h"

int main(void) {
  uint32_t cs, ss;
  __asm__ volatile("pushl %%cs; popl %0; pushl %%ss; popl %1" : "=r"(cs), "=r"(ss));
  bool honest = compare("push_seg: CS", SEL_KERNEL_CODE, "PUSH CS", cs & 0xffff);
  honest &= compare("push_seg: SS", SEL_KERNEL_DATA, "PUSH SS", ss & 0xffff);
  return honest ? 0 : 1;
}
