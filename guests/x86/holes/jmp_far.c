// JMP far: to the kernel's code with RPL 0 it goes there, with RPL 1 it faults in ring 0.
#include "holes.h"

static void good(void) {
  __asm__ volatile("ljmp %0, $1f; 1:" : : "i"(SEL_KERNEL_CODE));
}
static void bad(void) {
  __asm__ volatile("ljmp %0, $1f; 1:" : : "i"(KERNEL_CODE_RPL1));
}

int main(void) {
  bool honest =
      compare("jmp_far: a jump to RPL 0 makes fault + 1", NO_FAULT, "JMP far", try_code(good));
  honest &= compare("jmp_far: a jump to RPL 1 makes fault + 1", GP_FAULT, "JMP far", try_code(bad));
  return honest ? 0 : 1;
}
