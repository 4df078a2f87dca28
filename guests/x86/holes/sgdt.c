// SGDT: is the descriptor table the one that this kernel loaded (LGDT, which is privileged)?
#include "holes.h"

int main(void) {
  struct table_register gdtr;
  __asm__ volatile("sgdt %0" : "=m"(gdtr));
  bool honest = compare("sgdt: base of the GDT", (uint32_t)gdt, "SGDT", gdtr.base);
  honest &= compare("sgdt: limit of the GDT", sizeof gdt - 1, "SGDT", gdtr.limit);
  return honest ? 0 : 1;
}
