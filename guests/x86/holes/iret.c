// IRET: this kernel enters user mode with IF on while an interrupt waits. It has to be taken in
// user mode. It has been there before, so that the processor has marked the segments of user mode as accessed.
#include "holes.h"

__asm__(
    ".pushsection .user, \"ax\"\n"
    "user_code: movl $100000, %ecx; 1: decl %ecx; jnz 1b; int $0x81\n"
    ".popsection");
extern const char user_code[];

int main(void) {
  paging_on();
  call_user(user_address(user_code), 0, EFLAGS_FIXED);
  raise_interrupt();
  call_user(user_address(user_code), 0, EFLAGS_IF);
  return compare("iret: interrupts taken in user mode with IF on", 1, "the handler",
                 interrupts_taken)
             ? 0
             : 1;
}
