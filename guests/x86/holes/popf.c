// POPF: does the IF that this kernel loads come about? PUSHF cannot be the judge, being a hole as
// well. What happens next can: an interrupt that waits has to come once interrupts are on, and not
// before.
#include "holes.h"

int main(void) {
  raise_interrupt();
  write_eflags(EFLAGS_FIXED);
  bool honest = compare("popf: interrupts taken with IF off", 0, "the handler", interrupts_taken);
  write_eflags(EFLAGS_FIXED | EFLAGS_IF);
  __asm__ volatile("nop");
  cli();
  honest &= compare("popf: interrupts taken with IF on", 1, "the handler", interrupts_taken);
  return honest ? 0 : 1;
}
