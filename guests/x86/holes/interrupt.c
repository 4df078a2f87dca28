#include "holes.h"

#define VECTOR_TIMER 0x20

volatile uint32_t interrupts_taken;

// One is enough: mask it, end it, go back to where it came from.
extern const char timer_entry[];
__asm__(
    ".pushsection .text\n"
    "timer_entry: pushal; call take_interrupt; popal; iretl\n"
    ".popsection");

void take_interrupt(void) {
  interrupts_taken++;
  out8(PIC1 + 1, 0xff);
  out8(PIC1, 0x20);  // end of interrupt
}

static void start_pic(void) {
  out8(PIC1, 0x11);  // ICW1: edges, a pair, ICW4 follows
  out8(PIC1 + 1, VECTOR_TIMER);
  out8(PIC1 + 1, 4);  // ICW3: the second one is at input 2
  out8(PIC1 + 1, 1);  // ICW4: 8086
  out8(PIC1 + 1, 0xfe);
}

// The 8254's output rises when it has counted to 0; the 8259 shows it in its request register.
void raise_interrupt(void) {
  set_trap(VECTOR_TIMER, timer_entry, 0);
  start_pic();
  out8(PIT_COMMAND, 0x30);  // channel 0, both bytes, mode 0
  out8(PIT_CHANNEL0, 100);
  out8(PIT_CHANNEL0, 0);
  do {
    out8(PIC1, 0x0a);  // OCW3: read the request register
  } while (!(in8(PIC1) & 1));
}
