// MP table, BIOS data area, CMOS.
#include "platform.h"

#include "check.h"
#include "interrupts.h"

static void* at_physical(uint32_t address) {
  return (void*)(KERNEL_BASE + address);
}

// ---- The MP table ----------------------------------------------------------------------------

static bool sums_to_zero(const void* bytes, uint32_t size) {
  uint8_t sum = 0;
  for (const uint8_t* at = bytes; size-- > 0; at++) sum = (uint8_t)(sum + *at);
  return sum == 0;
}

static const struct mp_pointer* search(uint32_t begin, uint32_t size) {
  for (uint32_t at = begin; at < begin + size; at += 16) {
    const struct mp_pointer* pointer = at_physical(at);
    if (text_begins(pointer->signature, "_MP_") && sums_to_zero(pointer, 16)) return pointer;
  }
  return NULL;
}

static uint32_t bda16(uint32_t offset) {
  return *(uint16_t*)at_physical(0x400 + offset);
}
static uint32_t extended_bios_data(void) {
  return bda16(0x0e) << 4;
}

// The specification names three places: the extended BIOS data area, the end of low memory, the
// BIOS.
static const struct mp_pointer* mp_pointer(void) {
  const struct mp_pointer* found = search(extended_bios_data(), 1024);
  if (found == NULL) found = search(bda16(0x13) * 1024 - 1024, 1024);
  return found != NULL ? found : search(0xf0000, 0x10000);
}

const struct mp_table* mp_table(void) {
  const struct mp_pointer* pointer = mp_pointer();
  return pointer == NULL || pointer->table == 0 ? NULL : at_physical(pointer->table);
}

struct mp_summary {
  uint32_t entries, bytes, processors, ioapics, isa_bus;
};

// Visits the entries; `interrupt` is told those of type MP_INTERRUPT.
static struct mp_summary walk(const struct mp_table* table,
                              void (*interrupt)(const struct mp_interrupt*)) {
  struct mp_summary sum = {0, sizeof *table, 0, 0, 0xff};
  const uint8_t* entry = (const uint8_t*)(table + 1);
  for (; sum.entries < table->entries; sum.entries++) {
    uint32_t size = *entry == MP_PROCESSOR ? 20 : 8;
    sum.processors += *entry == MP_PROCESSOR;
    sum.ioapics += *entry == MP_IOAPIC;
    if (*entry == MP_BUS && text_begins((const char*)entry + 2, "ISA")) sum.isa_bus = entry[1];
    if (*entry == MP_INTERRUPT && interrupt) interrupt((const struct mp_interrupt*)entry);
    entry += size, sum.bytes += size;
  }
  return sum;
}

static uint32_t wanted_irq, found_pin, isa_bus;

static void match(const struct mp_interrupt* interrupt) {
  if (interrupt->kind == 0 && interrupt->bus == isa_bus && interrupt->irq == wanted_irq)
    found_pin = interrupt->pin;
}

uint32_t pin_of_irq(uint32_t irq) {
  const struct mp_table* table = mp_table();
  wanted_irq = found_pin = irq;
  if (table == NULL) return irq;
  isa_bus = walk(table, NULL).isa_bus;
  walk(table, match);
  return found_pin;
}

static void check_mp_table(void) {
  const struct mp_table* table = mp_table();
  if (!check("platform.mp.found", table != NULL, true)) return;
  check("platform.mp.signature", text_begins(table->signature, "PCMP"), true);
  check("platform.mp.checksum", sums_to_zero(table, table->length), true);
  check("platform.mp.lapic", table->lapic, LAPIC);
  struct mp_summary sum = walk(table, NULL);
  check("platform.mp.length", sum.bytes, table->length);
  check("platform.mp.processors", sum.processors >= 1, true);
  check("platform.mp.ioapic", sum.ioapics, 1);
}

// ---- BIOS data area and CMOS -----------------------------------------------------------------

static uint32_t cmos(uint8_t index) {
  out8(CMOS_INDEX, index);
  return in8(CMOS_DATA);
}
static uint32_t cmos16(uint8_t index) {
  return cmos(index) | cmos(index + 1) << 8;
}

static void check_memory_sizes(void) {
  check("platform.bda.com1", bda16(0), COM1);
  check("platform.bda.base-memory", bda16(0x13), extended_bios_data() / 1024);
  check("platform.cmos.base-memory", cmos16(0x15), 640);
  // Register 0x34 counts what lies above 16 MiB, in 64 KiB. A loader may keep the last few for
  // itself.
  uint32_t above = 15 * 1024 + cmos16(0x34) * 64;
  check("platform.cmos.above-16m", above - memory_upper < 1024, true);
  check("platform.cmos.above-1m", cmos16(0x30), above < 0xffff ? above : 0xffff);
  out8(CMOS_INDEX, 0x0f);
  out8(CMOS_DATA, 0x0a);
  check("platform.cmos.shutdown-byte", cmos(0x0f), 0x0a);
  out8(CMOS_INDEX, 0x0f);
  out8(CMOS_DATA, 0);
}

void check_platform(void) {
  check_mp_table();
  check_memory_sizes();
}
