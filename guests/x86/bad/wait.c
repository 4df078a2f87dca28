// Waits with HLT for an interrupt that comes, or that cannot. The word says which: `tick` for the 8254's; `eoi` for the second
// of those, the first never being ended; `input` for what is typed on COM1; `off` with interrupts off. Without a word everything
// is masked.
#include "bare.h"

#define FIRMWARE_VECTOR 8  // of IRQ 0

extern const char interrupted[];  // interrupted.S
extern volatile uint32_t interrupts;

static void wait(void) {
  __asm__ volatile("sti; hlt; cli" : : : "memory");
}

static uint8_t wanted(const struct multiboot_info* boot) {
  if (command_has(boot, "tick") || command_has(boot, "eoi")) return 1 << IRQ_TIMER;
  if (!command_has(boot, "input")) return 0;
  out8(COM1 + UART_IER, 1);
  return 1 << IRQ_COM1;
}

int main(const struct multiboot_info* boot) {
  set_trap(FIRMWARE_VECTOR + IRQ_TIMER, interrupted, 0);
  set_trap(FIRMWARE_VECTOR + IRQ_COM1, interrupted, 0);
  out8(PIC1 + 1, (uint8_t)~wanted(boot));
  out8(PIC2 + 1, 0xff);
  if (command_has(boot, "off")) __asm__ volatile("cli; hlt");
  wait();
  if (command_has(boot, "eoi")) wait();
  return interrupts == 1 ? 0 : 1;
}
