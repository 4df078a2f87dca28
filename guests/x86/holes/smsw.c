// SMSW: the low half of CR0, which this kernel writes by MOV to CR0 (privileged): TS on, then off.
#include "holes.h"

static uint32_t smsw(void) {
  uint32_t msw = 0;
  __asm__ volatile("smsw %w0" : "+r"(msw));
  return msw & 0xffff;
}

int main(void) {
  uint32_t cr0 = read_cr0();
  write_cr0(cr0 | CR0_TS);
  bool honest = compare("smsw: CR0 with TS", (cr0 | CR0_TS) & 0xffff, "SMSW", smsw());
  write_cr0(cr0 & ~CR0_TS);
  honest &= compare("smsw: CR0 without TS", (cr0 & ~CR0_TS) & 0xffff, "SMSW", smsw());
  return honest ? 0 : 1;
}
