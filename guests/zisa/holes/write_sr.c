// WRITE_SR: does what this kernel writes to its status register come about? READ_SR cannot be the
// judge, being a hole as well. What happens next can: an interrupt that waits has to come once
// interrupts are on, and an ECALL tells in its cause the mode that it was made in.
#include "belief.h"

// Both in effects.S. The cause of the trap that followed, 0 if none did.
uint32_t cause_with_interrupts_on(void);
uint32_t cause_of_ecall_from_user_mode(void);

static void raise_software_interrupt(void) {
  write32(INTC_BASE + INTC_IPI_SET, 1);
  write_cr(CR_IENABLE, 1u << INTERRUPT_SOFTWARE);
}

int main(const struct boot_info* boot) {
  (void)boot;
  raise_software_interrupt();
  bool honest =
      compare("write_sr: the cause of a trap once IE is on", CAUSE_INTERRUPT | INTERRUPT_SOFTWARE,
              "the trap", cause_with_interrupts_on());
  honest &= compare("write_sr: the cause of an ECALL once MODE is U", CAUSE_ECALL_U, "the trap",
                    cause_of_ecall_from_user_mode());
  return honest ? 0 : 1;
}
