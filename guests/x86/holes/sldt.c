// SLDT: this kernel loads LDTR with the null selector (LLDT is privileged).
#include "holes.h"

int main(void) {
  uint32_t ldtr = 0;
  __asm__ volatile("lldt %w1; sldt %w0" : "+r"(ldtr) : "r"(0));
  return compare("sldt: LDTR", 0, "SLDT", ldtr) ? 0 : 1;
}
