// The first IDE drive by programmed I/O (ATA-4: 9.6 PIO data in, 9.7 PIO data out).
#include "check.h"
#include "interrupts.h"

// Registers, offsets from IDE
#define COUNT 2
#define LBA_LOW 3
#define LBA_MIDDLE 4
#define LBA_HIGH 5
#define DRIVE 6
#define STATUS 7
#define COMMAND 7

#define BUSY 0x80
#define READY 0x40
#define DATA_REQUEST 0x08
#define FAILED 0x01

#define READ_SECTORS 0x20
#define WRITE_SECTORS 0x30
#define IDENTIFY 0xec
#define WORDS 128  // of 32 bits in a sector

static uint32_t written[2 * WORDS], buffer[2 * WORDS];

static uint8_t await_ready(void) {
  uint8_t status = in8(IDE + STATUS);
  for (int i = 0; i < 1000000 && (status & BUSY); i++) status = in8(IDE + STATUS);
  return status;
}

static void command(uint8_t what, uint32_t sector, uint8_t count) {
  await_ready();
  out8(IDE + DRIVE, 0xe0 | (sector >> 24 & 0xf));
  out8(IDE + COUNT, count);
  out8(IDE + LBA_LOW, (uint8_t)sector);
  out8(IDE + LBA_MIDDLE, (uint8_t)(sector >> 8));
  out8(IDE + LBA_HIGH, (uint8_t)(sector >> 16));
  out8(IDE + COMMAND, what);
}

static bool drive_there(void) {
  out8(IDE + DRIVE, 0xe0);
  uint8_t status = in8(IDE + STATUS);
  return status != 0 && status != 0xff && (await_ready() & READY);
}

static void check_identify(void) {
  command(IDENTIFY, 0, 0);
  check("ide.identify.status", await_ready() & (DATA_REQUEST | FAILED), DATA_REQUEST);
  in_words(IDE, buffer, WORDS);
  check("ide.identify.lba", buffer[49 / 2] >> 16 >> 9 & 1, 1);
  check("ide.identify.sectors", buffer[30] >= 16, true);
  check("ide.identify.taken", await_ready() & DATA_REQUEST, 0);
}

// Each sector's data is ready at an interrupt; reading the status takes it back.
static void read_sectors(uint32_t sector, uint8_t count, uint32_t* to) {
  command(READ_SECTORS, sector, count);
  for (int i = 0; i < count; i++) {
    await_interrupts(interrupts + 1);
    await_ready();
    in_words(IDE, to + i * WORDS, WORDS);
  }
}

static void check_write(void) {
  for (uint32_t i = 0; i < 2 * WORDS; i++) written[i] = i * 2654435761u;
  interrupts = 0;
  command(WRITE_SECTORS, 5, 2);
  for (int i = 0; i < 2; i++) {
    await_ready();
    out_words(IDE, written + i * WORDS, WORDS);
    check("ide.write.interrupt", await_interrupts((uint32_t)i + 1), true);
  }
  check("ide.write.status", await_ready() & FAILED, 0);
}

static bool same(const uint32_t* a, const uint32_t* b, int count) {
  while (count-- > 0)
    if (a[count] != b[count]) return false;
  return true;
}

static void check_read(void) {
  interrupts = 0;
  read_sectors(5, 2, buffer);
  check("ide.read.interrupts", interrupts, 2);
  check("ide.read.data", same(buffer, written, 2 * WORDS), true);
  check("ide.read.status", await_ready() & (DATA_REQUEST | FAILED), 0);
  read_sectors(6, 1, buffer);
  check("ide.read.second", same(buffer, written + WORDS, WORDS), true);
}

static void check_beyond(void) {
  command(READ_SECTORS, 0x0ffffffe, 1);
  check("ide.read.beyond-end", await_ready() & FAILED, FAILED);
}

static void check_no_interrupt(void) {
  out8(IDE_CONTROL, 2);  // nIEN
  interrupts = 0;
  command(READ_SECTORS, 5, 1);
  await_ready();
  in_words(IDE, buffer, WORDS);
  sti();
  __asm__ volatile("nop");
  cli();
  check("ide.polled", interrupts == 0 && same(buffer, written, WORDS), true);
  out8(IDE_CONTROL, 0);
}

void check_ide(void) {
  if (!(cpu_features() & CPU_APIC)) return note("no local APIC");
  if (!drive_there()) return note("no drive");
  uint32_t pin = pin_of_irq(IRQ_IDE);
  lapic_write(LAPIC_TIMER, VECTOR_LOW);
  on_trap(VECTOR_LOW, note_clock);
  out8(IDE_CONTROL, 0);
  check_identify();
  pin_on(pin);
  count_interrupts((uint8_t)(VECTOR_DEVICE + pin));
  sti();  // an interrupt of IDENTIFY may still wait
  __asm__ volatile("nop");
  cli();
  check_write();
  check_read();
  check_no_interrupt();
  check_beyond();
  pin_off(pin);
}
