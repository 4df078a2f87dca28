// 8254, 8259, IOAPIC, 16550, 8042 and the screen.
#include "check.h"
#include "interrupts.h"

// ---- 8254 (data sheet: control word, counter latch command) ----------------------------------

#define PIT_RATE 0x34      // channel 0, both bytes, mode 2
#define PIT_ONE_SHOT 0x30  // mode 0
#define PIT_LATCH 0x00

static void pit_start(uint8_t mode, uint16_t count) {
  out8(PIT_COMMAND, mode);
  out8(PIT_CHANNEL0, (uint8_t)count);
  out8(PIT_CHANNEL0, (uint8_t)(count >> 8));
}

static uint32_t pit_count(void) {
  out8(PIT_COMMAND, PIT_LATCH);
  uint32_t low = in8(PIT_CHANNEL0);
  return low | (uint32_t)in8(PIT_CHANNEL0) << 8;
}

static void check_pit(void) {
  pit_start(PIT_RATE, 0xffff);
  uint32_t first = pit_count();
  while (pit_count() == first) {
  }
  check("dev.pit.counts-down", pit_count() <= 0xffff, true);
  out8(PIT_COMMAND, 0xe2);  // read back the status of channel 0
  check("dev.pit.status", in8(PIT_CHANNEL0) & 0x3f, PIT_RATE);
}

// ---- 8259: the CPU asks it for the vector, through LINT0 -------------------------------------

static volatile uint32_t timer_ticks;
static volatile uint32_t in_service;

static bool pic_tick(struct trap_frame* frame) {
  (void)frame;
  timer_ticks++;
  out8(PIC1, 0x0b);  // OCW3: read ISR
  in_service = in8(PIC1);
  pic_end(IRQ_TIMER);
  return true;
}

static void check_pic(void) {
  pic_init();
  check("dev.pic.mask", in8(PIC1 + 1), 0xff);
  lapic_write(LAPIC_LINT0, LAPIC_EXTINT);
  on_trap(VECTOR_IRQ + IRQ_TIMER, pic_tick);
  pit_start(PIT_RATE, PIT_HZ / 1000);
  pic_mask((uint16_t) ~(1 << IRQ_TIMER));
  for (timer_ticks = 0; timer_ticks < 3;) sti_hlt();
  cli();
  check("dev.pic.ticks", timer_ticks >= 3, true);
  check("dev.pic.in-service", in_service, 1 << IRQ_TIMER);
  pic_mask(0xffff);
  lapic_write(LAPIC_LINT0, LAPIC_MASKED);
}

// ---- IOAPIC ----------------------------------------------------------------------------------

static void check_ioapic(void) {
  write32(IOAPIC, 1);
  check("dev.ioapic.pins", read32(IOAPIC + 0x10) >> 16 & 0xff, 23);
  uint32_t pin = pin_of_irq(IRQ_TIMER);
  count_interrupts((uint8_t)(VECTOR_DEVICE + pin));
  pin_on(pin);
  pit_start(PIT_RATE, PIT_HZ / 1000);
  check("dev.ioapic.timer", await_interrupts(3), true);
  pin_off(pin);
  pit_start(PIT_ONE_SHOT, 0xffff);
  uint32_t seen = interrupts;
  for (int i = 0; i < 1000; i++) (void)in8(PIC1);
  sti();
  __asm__ volatile("nop");
  cli();
  check("dev.ioapic.masked", interrupts <= seen + 1, true);
}

// ---- 16550: an interrupt when it can send ----------------------------------------------------

#define IER_CAN_SEND 2
#define IIR_CAN_SEND 2
#define IIR_NOTHING 1

static volatile uint32_t identified;

static bool uart_interrupt(struct trap_frame* frame) {
  (void)frame;
  identified = in8(COM1 + UART_IIR) & 0xf;
  interrupts++;
  lapic_write(LAPIC_EOI, 0);
  return true;
}

static void check_uart(void) {
  uint32_t pin = pin_of_irq(IRQ_COM1);
  on_trap((uint8_t)(VECTOR_DEVICE + pin), uart_interrupt);
  interrupts = 0;
  pin_on(pin);
  out8(COM1 + UART_IER, IER_CAN_SEND);
  bool came = await_interrupts(1);
  uint32_t after = in8(COM1 + UART_IIR) & 0xf;  // before the next line is sent
  check("dev.uart.interrupt", came, true);
  check("dev.uart.identified", identified, IIR_CAN_SEND);
  check("dev.uart.taken-back", after, IIR_NOTHING);
  print_byte('o'), print_byte('k');
  print(" dev.uart.prints\n");
  check("dev.uart.interrupt-after-sending", await_interrupts(2), true);
  out8(COM1 + UART_IER, 0);
  pin_off(pin);
  out8(COM1 + 7, 0x5a);
  check("dev.uart.scratch", in8(COM1 + 7), 0x5a);
}

// ---- 8042 and screen -------------------------------------------------------------------------

#define KEYBOARD_STATUS 0x64
#define KEYBOARD_DATA 0x60

static void check_keyboard(void) {
  while (in8(KEYBOARD_STATUS) & 1) (void)in8(KEYBOARD_DATA);
  out8(KEYBOARD_STATUS, 0xaa);  // self-test
  for (int i = 0; i < 100000 && !(in8(KEYBOARD_STATUS) & 1); i++) {
  }
  check("dev.keyboard.self-test", in8(KEYBOARD_DATA), 0x55);
}

static uint32_t crtc(uint8_t index, uint8_t value) {
  out8(0x3d4, index);
  out8(0x3d5, value);
  return in8(0x3d5);
}

static void check_screen(void) {
  check("dev.screen.cursor", crtc(14, 0x03) << 8 | crtc(15, 0x21), 0x0321);
  volatile uint16_t* text = (uint16_t*)(KERNEL_BASE + 0xb8000);
  text[0] = 0x0700 | 'R';
  check("dev.screen.memory", text[0], 0x0700 | 'R');
}

void check_devices(void) {
  lapic_write(LAPIC_TIMER, VECTOR_LOW);  // the clock of await_interrupts
  on_trap(VECTOR_LOW, note_clock);
  check_pit();
  check_pic();
  check_keyboard();
  check_screen();
  if (!(cpu_features() & CPU_APIC)) return note("no local APIC");
  check_ioapic();
  check_uart();
}
