// The disk: the first drive of the first IDE controller, by programmed I/O. The drive interrupts
// when a sector waits in it, and the handler fetches it (ATA-4, 9.6). Meanwhile other processes
// run.
#include "kernel.h"

// Registers of the controller, from port IDE on.
#define IDE_COUNT 2
#define IDE_LBA 3  // bits 0 to 7; the next two registers hold 8 to 23
#define IDE_DRIVE 6
#define IDE_STATUS 7   // when read; takes back the interrupt
#define IDE_COMMAND 7  // when written

#define IDE_BUSY 0x80
#define IDE_DATA_WAITS 0x08
#define IDE_FAILED 0x01
#define IDE_FIRST_BY_LBA 0xe0
#define IDE_READ 0x20
#define NO_DRIVE 0xff  // what an empty bus reads as; or 0

static struct sleep_lock controller;  // held by whose request is under way
static char* target;                  // where the next sector goes
static uint32_t left;                 // sectors that have yet to come
static bool good;

static bool drive_there(void) {
  out8(IDE + IDE_DRIVE, IDE_FIRST_BY_LBA);
  uint8_t status = in8(IDE + IDE_STATUS);
  return status != 0 && status != NO_DRIVE;
}

static void start_read(uint32_t sector, uint32_t count) {
  while (in8(IDE + IDE_STATUS) & IDE_BUSY) {
  }
  out8(IDE + IDE_DRIVE, IDE_FIRST_BY_LBA | (sector >> 24 & 0xf));
  out8(IDE + IDE_COUNT, (uint8_t)count);
  out8(IDE + IDE_LBA, (uint8_t)sector);
  out8(IDE + IDE_LBA + 1, (uint8_t)(sector >> 8));
  out8(IDE + IDE_LBA + 2, (uint8_t)(sector >> 16));
  out8(IDE + IDE_COMMAND, IDE_READ);
}

// Interrupts are off from the command to the sleep: the answer cannot slip in between.
static bool read_and_wait(uint32_t sector, uint32_t count, paddr_t to) {
  irq_state saved = irq_save();
  target = frame_pointer(to);
  left = count;
  good = true;
  start_read(sector, count);
  while (left > 0) sleep_on(&controller);
  irq_restore(saved);
  return good;
}

bool disk_read(uint32_t sector, uint32_t count, paddr_t to) {
  sleep_lock_acquire(&controller);
  bool read = drive_there() && read_and_wait(sector, count, to);
  sleep_lock_release(&controller);
  return read;
}

void disk_interrupt(void) {
  uint8_t status = in8(IDE + IDE_STATUS);
  if (left == 0) return;
  if ((status & IDE_FAILED) || !(status & IDE_DATA_WAITS)) {
    good = false;
    left = 0;
  } else {
    in_words(IDE, target, SECTOR_SIZE / 4);
    target += SECTOR_SIZE;
    left--;
  }
  if (left == 0) wake_up(&controller);
}
