// READ_SR: does the status register say what this kernel knows of its own state? Nothing here uses
// WRITE_SR, which is another hole: the states come from the reset, a trap and its return.
#include "belief.h"

// Takes a trap from S mode (ECALL) and gives the SR that the trap handler read. In ecall.S.
uint32_t sr_in_trap_handler(void);

static void print_bits(uint32_t sr) {
  print("read_sr: MODE=");
  print(sr & SR_MODE ? "S" : "U");
  print(" IE=");
  print_number((sr & SR_IE) != 0);
  print(" PMODE=");
  print(sr & SR_PMODE ? "S" : "U");
  print(" PIE=");
  print_number((sr & SR_PIE) != 0);
  print(" PG=");
  print_number((sr & SR_PG) != 0);
  print("\n");
}

static bool check(const char* what, uint32_t set, uint32_t seen) {
  print_bits(seen);
  return compare(what, set, "READ_SR", seen);
}

int main(const struct boot_info* boot) {
  (void)boot;
  bool honest = check("read_sr: after the reset", SR_MODE, read_sr());
  // The trap came from S with interrupts off: MODE and PMODE are S, everything else is 0.
  honest &= check("read_sr: in a trap handler", SR_MODE | SR_PMODE, sr_in_trap_handler());
  // TRET leaves PMODE = U and PIE = 1.
  honest &= check("read_sr: after its TRET", SR_MODE | SR_PIE, read_sr());
  return honest ? 0 : 1;
}
