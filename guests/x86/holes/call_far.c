// CALL far: the CS that it leaves on the stack is this kernel's own.
#include "holes.h"

__asm__(
    ".pushsection .text\n"
    "far_callee: movl 4(%esp), %eax; lretl\n"
    ".popsection");

int main(void) {
  uint32_t pushed;
  __asm__ volatile("lcall %1, $far_callee" : "=a"(pushed) : "i"(SEL_KERNEL_CODE) : "memory");
  return compare("call_far: CS on the stack", SEL_KERNEL_CODE, "CALL far", pushed & 0xffff) ? 0 : 1;
}
