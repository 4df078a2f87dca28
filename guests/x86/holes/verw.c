// VERW: may a segment be written? Privilege counts: a selector with RPL 1 may not write one of DPL
// 0.
#include "holes.h"

static bool verw(uint32_t selector) {
  uint8_t zero;
  __asm__ volatile("verw %w1; setz %0" : "=q"(zero) : "r"(selector) : "cc");
  return zero;
}

int main(void) {
  bool honest =
      compare("verw: kernel data with RPL 0 may be written", true, "VERW", verw(SEL_KERNEL_DATA));
  honest &=
      compare("verw: kernel data with RPL 1 may be written", false, "VERW", verw(KERNEL_DATA_RPL1));
  return honest ? 0 : 1;
}
