// Reads blocks of 4 KiB from the first drive by the registers of the controller, one after the other.
#include "bare.h"

#define SECTORS (PAGE_SIZE / SECTOR_SIZE)

static uint8_t block[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

void prepare(const struct boot_info* boot) {
  (void)boot;
  write32(INTC_BASE + INTC_CPU(0) + INTC_ENABLE, 1u << LINE_DISK);
  write_cr(CR_IENABLE, 1u << INTERRUPT_EXTERNAL);
}

// Interrupts are off: WFI goes on when one waits, and nothing is taken.
static void read_block(void) {
  write32(DISK_BASE + DISK_DRIVE, 0);
  write32(DISK_BASE + DISK_SECTOR, 0);
  write32(DISK_BASE + DISK_COUNT, SECTORS);
  write32(DISK_BASE + DISK_ADDRESS, (uint32_t)block);
  write32(DISK_BASE + DISK_COMMAND, DISK_READ);
  do {
    wfi();
  } while (read32(INTC_BASE + INTC_CPU(0) + INTC_CLAIM) != LINE_DISK);
  if (read32(DISK_BASE + DISK_STATUS) & DISK_STATUS_ERROR) end(4);
  write32(DISK_BASE + DISK_ACK, 0);
}

void loop(uint32_t count) {
  for (; count != 0; count--) read_block();
}

void loop_empty(uint32_t count) {
  for (; count != 0; count--) __asm__ volatile("");
}
