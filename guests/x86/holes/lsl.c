// LSL: is the limit of this kernel's data segment the one in its own descriptor, and hidden from
// RPL 1?
#include "holes.h"

static uint32_t lsl(uint32_t selector) {
  uint32_t limit = 0;
  __asm__ volatile("lsl %1, %0" : "+r"(limit) : "r"(selector) : "cc");
  return limit;
}

int main(void) {
  bool honest = compare("lsl: limit of kernel data", 0xffffffff, "LSL", lsl(SEL_KERNEL_DATA));
  honest &= compare("lsl: the same with RPL 1", 0, "LSL", lsl(KERNEL_DATA_RPL1));
  return honest ? 0 : 1;
}
