#include "interrupts.h"

#include "check.h"

volatile uint32_t interrupts, interrupt_eip;

static bool count_one(struct trap_frame* frame) {
  interrupts++;
  interrupt_eip = frame->eip;
  lapic_write(LAPIC_EOI, 0);
  return true;
}

void count_interrupts(uint8_t vector) {
  interrupts = 0;
  on_trap(vector, count_one);
}

bool note_clock(struct trap_frame* frame) {
  (void)frame;
  lapic_write(LAPIC_EOI, 0);
  return true;
}

// A machine that has lost the interrupt must not hang: a clock of the local APIC ends the wait.
bool await_interrupts(uint32_t count) {
  uint32_t patience = 500;
  while (interrupts < count && patience-- > 0) {
    lapic_write(LAPIC_INITIAL, 0x1000000);
    sti_hlt();
    cli();
  }
  lapic_write(LAPIC_INITIAL, 0);
  return interrupts >= count;
}

// ---- The two 8259 (data sheet: initialization command words) ---------------------------------

#define ICW1_INIT 0x11  // edges, a pair, ICW4 follows
#define ICW4_8086 0x01
#define PIC_CASCADE 2
#define OCW2_EOI 0x20

static void pic_start(uint16_t port, uint8_t vector, uint8_t cascade) {
  out8(port, ICW1_INIT);
  out8(port + 1, vector);
  out8(port + 1, cascade);
  out8(port + 1, ICW4_8086);
}

void pic_mask(uint16_t masked) {
  out8(PIC1 + 1, (uint8_t)masked);
  out8(PIC2 + 1, (uint8_t)(masked >> 8));
}

void pic_init(void) {
  pic_start(PIC1, VECTOR_IRQ, 1 << PIC_CASCADE);
  pic_start(PIC2, VECTOR_IRQ + 8, PIC_CASCADE);
  pic_mask(0xffff);
}

void pic_end(uint32_t irq) {
  if (irq >= 8) out8(PIC2, OCW2_EOI);
  out8(PIC1, OCW2_EOI);
}

// ---- IOAPIC (82093AA data sheet, 3.2) --------------------------------------------------------

#define IOREDTBL 0x10  // two registers for each pin

static void ioapic_write(uint32_t reg, uint32_t value) {
  write32(IOAPIC, reg);
  write32(IOAPIC + 0x10, value);
}

void pin_on(uint32_t pin) {
  ioapic_write(IOREDTBL + 2 * pin + 1, 0);  // to the CPU with APIC number 0
  ioapic_write(IOREDTBL + 2 * pin, VECTOR_DEVICE + pin);
}

void pin_off(uint32_t pin) {
  ioapic_write(IOREDTBL + 2 * pin, LAPIC_MASKED);
}

void interrupts_init(void) {
  pic_init();
  lapic_write(LAPIC_TPR, 0);
  lapic_write(LAPIC_SPURIOUS, LAPIC_ENABLE | VECTOR_SPURIOUS);
  lapic_write(LAPIC_TIMER, LAPIC_MASKED | VECTOR_LOW);
  lapic_write(LAPIC_DIVIDE, 0xb);  // by 1
  lapic_write(LAPIC_LINT0, LAPIC_MASKED);
}
