// What the firmware leaves for a kernel to find.
#ifndef PLATFORM_H
#define PLATFORM_H

#include <stdint.h>

// The MP configuration table (Intel MultiProcessor Specification 1.4, chapter 4).
struct mp_pointer {
  char signature[4];  // "_MP_"
  uint32_t table;     // physical
  uint8_t length;     // in 16 bytes
  uint8_t revision, checksum, features[5];
} __attribute__((packed));

struct mp_table {
  char signature[4];  // "PCMP"
  uint16_t length;    // of it and its entries, in bytes
  uint8_t revision, checksum;
  char names[20];
  uint32_t oem_table;
  uint16_t oem_size, entries;
  uint32_t lapic;
  uint16_t extended_length;
  uint8_t extended_checksum, reserved;
} __attribute__((packed));

#define MP_PROCESSOR 0  // types of entries: 20 bytes, all others 8
#define MP_BUS 1
#define MP_IOAPIC 2
#define MP_INTERRUPT 3

struct mp_interrupt {
  uint8_t type, kind;  // kind 0: an interrupt with a vector
  uint16_t flags;
  uint8_t bus, irq, ioapic, pin;
} __attribute__((packed));

// The table; NULL if there is none.
const struct mp_table* mp_table(void);

#endif
