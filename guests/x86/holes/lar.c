// LAR: are the access rights of this kernel's data segment those in its own descriptor?
#include "holes.h"

#define LAR_BITS 0x00f0ff00  // bits 16 to 19 are undefined

int main(void) {
  uint32_t rights = 0;
  __asm__ volatile("lar %1, %0" : "+r"(rights) : "r"(SEL_KERNEL_DATA) : "cc");
  uint32_t set = (uint32_t)(gdt[SEL_KERNEL_DATA / 8] >> 32) & LAR_BITS;
  return compare("lar: rights of kernel data", set, "LAR", rights & LAR_BITS) ? 0 : 1;
}
