// RET far: to the kernel's code with RPL 0 it returns, with RPL 1 it faults: DPL 0 is no ring 1 to
// return to.
#include "holes.h"

static void good(void) {
  __asm__ volatile("pushl %0; pushl $1f; lretl; 1:" : : "i"(SEL_KERNEL_CODE));
}
static void bad(void) {
  __asm__ volatile("pushl %0; pushl $1f; lretl; 1:" : : "i"(KERNEL_CODE_RPL1));
}

int main(void) {
  bool honest =
      compare("ret_far: a return to RPL 0 makes fault + 1", NO_FAULT, "RET far", try_code(good));
  honest &=
      compare("ret_far: a return to RPL 1 makes fault + 1", GP_FAULT, "RET far", try_code(bad));
  return honest ? 0 : 1;
}
