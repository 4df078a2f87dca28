// STR: is the task register what this kernel loaded (LTR, which is privileged)?
#include "holes.h"

int main(void) {
  uint32_t tr = 0;
  __asm__ volatile("str %w0" : "+r"(tr));
  return compare("str: TR", SEL_TSS, "STR", tr) ? 0 : 1;
}
