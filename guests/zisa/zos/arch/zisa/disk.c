// The disk: the driver names sectors and an address, the controller moves the data by itself (DMA)
// and interrupts when it is done. Meanwhile other processes run.
#include "kernel.h"

static struct sleep_lock controller;  // held by whose request is under way
static bool done, good;               // set by the interrupt

static void start_read(uint32_t sector, uint32_t count, paddr_t to) {
  write32(DISK_BASE + DISK_DRIVE, 0);
  write32(DISK_BASE + DISK_SECTOR, sector);
  write32(DISK_BASE + DISK_COUNT, count);
  write32(DISK_BASE + DISK_ADDRESS, to);
  write32(DISK_BASE + DISK_COMMAND, DISK_READ);
}

// Interrupts are off from the command to the sleep: the answer cannot slip in between.
static bool read_and_wait(uint32_t sector, uint32_t count, paddr_t to) {
  irq_state saved = irq_save();
  done = false;
  start_read(sector, count, to);
  while (!done) sleep_on(&controller);
  irq_restore(saved);
  return good;
}

bool disk_read(uint32_t sector, uint32_t count, paddr_t to) {
  sleep_lock_acquire(&controller);
  bool read = read_and_wait(sector, count, to);
  sleep_lock_release(&controller);
  return read;
}

void disk_interrupt(void) {
  good = !(read32(DISK_BASE + DISK_STATUS) & DISK_STATUS_ERROR);
  write32(DISK_BASE + DISK_ACK, 0);
  done = true;
  wake_up(&controller);
}
