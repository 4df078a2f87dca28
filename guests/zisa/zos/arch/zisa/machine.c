// The rest of the machine: what it tells at the start, how it is switched off, its timer and its
// interrupt controller.
#include "kernel.h"

extern char kernel_end[];  // kernel.ld

// Called by start.S. The boot information lies in the last page of RAM, which stays reserved: the
// command line is read from there as long as the kernel runs.
__attribute__((noreturn)) void machine_start(const struct boot_info* boot) {
  KASSERT(boot->magic == BOOT_MAGIC, "no boot information");
  static struct machine machine;
  machine.command_line = (const char*)boot->command_line;
  machine.frequency_khz = boot->frequency_khz;
  machine.ram_base = boot->ram_base;
  machine.ram_size = boot->ram_size;
  machine.free_begin = (paddr_t)kernel_end;
  machine.free_end = boot->ram_base + (boot->ram_size - PAGE_SIZE);
  kernel_main(&machine);
}

#ifndef ZOS_PV  // on a VMM: pv/pv.c

// The register has 16 bits for the code.
void power_off(uint32_t code) {
  if (code > UINT16_MAX) code = UINT16_MAX;
  for (;;) write32(EXIT_REGISTER, code == 0 ? EXIT_OK : code << 16 | EXIT_CODE);
}

// ---- Interrupt controller --------------------------------------------------------------------

void interrupt_sources_on(void) {
  write32(INTC_BASE + INTC_CPU(0) + INTC_ENABLE, 1u << LINE_CONSOLE | 1u << LINE_DISK);
  uart_write(UART_INTERRUPTS, UART_INTERRUPT_ON_BYTE);
  write_cr(CR_IENABLE, 1u << INTERRUPT_TIMER | 1u << INTERRUPT_EXTERNAL);
}

// Serves the devices until no line is up.
void external_interrupt(void) {
  for (;;) {
    switch (read32(INTC_BASE + INTC_CPU(0) + INTC_CLAIM)) {
      case 0:
        return;
      case LINE_CONSOLE:
        console_interrupt();
        break;
      case LINE_DISK:
        disk_interrupt();
        break;
      default:
        panic(__FILE_NAME__, __LINE__, "a line that was not enabled");
    }
  }
}

// ---- Timer -----------------------------------------------------------------------------------

// The two halves are read one after the other: if the high half has changed in between, again.
static uint64_t time_now(void) {
  uint32_t high, low;
  do {
    high = rdcych();
    low = rdcyc();
  } while (rdcych() != high);
  return (uint64_t)high << 32 | low;
}

// While only one half is new the comparison must not be met by chance: the largest low half first.
static void set_compare(uint64_t time) {
  write_cr(CR_TIMECMP, UINT32_MAX);
  write_cr(CR_TIMECMPH, (uint32_t)(time >> 32));
  write_cr(CR_TIMECMP, (uint32_t)time);
}

void timer_start(uint32_t interval) {
  set_compare(time_now() + interval);
}

void timer_stop(void) {
  set_compare(UINT64_MAX);
}

#endif
