// Interrupts of pctest: local APIC, IOAPIC, 8259s, and handlers that note what came.
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

#include "memory.h"
#include "traps.h"

// ---- Registers of the local APIC (SDM 3, table 10-1), offsets from LAPIC
#define LAPIC_VERSION 0x030
#define LAPIC_TPR 0x080
#define LAPIC_EOI 0x0b0
#define LAPIC_SPURIOUS 0x0f0
#define LAPIC_ISR 0x100
#define LAPIC_IRR 0x200
#define LAPIC_ICR 0x300
#define LAPIC_TIMER 0x320
#define LAPIC_LINT0 0x350
#define LAPIC_INITIAL 0x380
#define LAPIC_CURRENT 0x390
#define LAPIC_DIVIDE 0x3e0
#define LAPIC_ENABLE 0x100
#define LAPIC_MASKED 0x10000
#define LAPIC_PERIODIC 0x20000
#define LAPIC_EXTINT 0x700
#define LAPIC_SELF 0x40000  // ICR: to this CPU

static inline uint32_t lapic_read(uint32_t reg) {
  return read32(LAPIC + reg);
}
static inline void lapic_write(uint32_t reg, uint32_t value) {
  write32(LAPIC + reg, value);
}
// A bit of ISR or IRR.
static inline bool lapic_bit(uint32_t reg, uint8_t vector) {
  return lapic_read(reg + vector / 32 * 16) >> vector % 32 & 1;
}
static inline void send_self(uint8_t vector) {
  lapic_write(LAPIC_ICR, LAPIC_SELF | vector);
}

void interrupts_init(void);  // everything masked, the local APIC on

// Counts the interrupts of a vector from 0 on; each is ended at the local APIC.
void count_interrupts(uint8_t vector);
extern volatile uint32_t interrupts;     // how many came
extern volatile uint32_t interrupt_eip;  // what the last one interrupted

// A handler for VECTOR_LOW, where the local APIC's timer is only the clock of await_interrupts.
bool note_clock(struct trap_frame* frame);

// Waits in HLT until `count` have come; false if they do not come for a long time.
bool await_interrupts(uint32_t count);

// Lets the IOAPIC's pin raise VECTOR_DEVICE + pin, by edges; and no more.
void pin_on(uint32_t pin);
void pin_off(uint32_t pin);
// The pin of an ISA interrupt, by the MP table; the same number where it says nothing.
uint32_t pin_of_irq(uint32_t irq);

void pic_init(void);             // ICW1 to ICW4: vectors from VECTOR_IRQ on, all masked
void pic_mask(uint16_t masked);  // a bit for each of the sixteen
void pic_end(uint32_t irq);

#endif
