// PUSHF: does it show the IF that this kernel set by STI and CLI (privileged at IOPL 0 outside ring
// 0)?
#include "holes.h"

int main(void) {
  out8(PIC1 + 1, 0xff);  // nothing may come while interrupts are on
  out8(PIC2 + 1, 0xff);
  sti();
  uint32_t on = read_eflags();
  cli();
  uint32_t off = read_eflags();
  bool honest = compare("pushf: EFLAGS.IF after STI", EFLAGS_IF, "PUSHF", on & EFLAGS_IF);
  honest &= compare("pushf: EFLAGS.IF after CLI", 0, "PUSHF", off & EFLAGS_IF);
  return honest ? 0 : 1;
}
