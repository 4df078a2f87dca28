// SIDT: is the interrupt descriptor table the one that this kernel loaded (LIDT, which is
// privileged)?
#include "holes.h"

int main(void) {
  struct table_register idtr;
  __asm__ volatile("sidt %0" : "=m"(idtr));
  bool honest = compare("sidt: base of the IDT", (uint32_t)idt, "SIDT", idtr.base);
  honest &= compare("sidt: limit of the IDT", sizeof idt - 1, "SIDT", idtr.limit);
  return honest ? 0 : 1;
}
