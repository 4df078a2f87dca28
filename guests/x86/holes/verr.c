// VERR: may a segment be read? Privilege counts: a selector with RPL 1 may not read a segment of
// DPL 0.
#include "holes.h"

static bool verr(uint32_t selector) {
  uint8_t zero;
  __asm__ volatile("verr %w1; setz %0" : "=q"(zero) : "r"(selector) : "cc");
  return zero;
}

int main(void) {
  bool honest =
      compare("verr: kernel data with RPL 0 may be read", true, "VERR", verr(SEL_KERNEL_DATA));
  honest &=
      compare("verr: kernel data with RPL 1 may be read", false, "VERR", verr(KERNEL_DATA_RPL1));
  return honest ? 0 : 1;
}
