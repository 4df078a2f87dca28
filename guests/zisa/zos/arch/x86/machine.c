// The rest of the PC: what the loader tells, how it is switched off, timer and interrupt
// controllers.
#include "kernel.h"

extern char kernel_end[];  // kernel.ld

// ---- The start -------------------------------------------------------------------------------

#define LINE_SIZE 2048
#define HAS_COMMAND_LINE 4  // flag of the multiboot information

// The loader may have left the line where frames begin: keep a copy. Its first word is the kernel's
// name.
static const char* keep_command_line(const struct multiboot_info* info) {
  static char line[LINE_SIZE];
  if (!(info->flags & HAS_COMMAND_LINE)) return "";
  const char* text = frame_pointer(info->command_line);
  while (*text != ' ' && *text != '\0') text++;
  copy_text(line, text, sizeof line);
  return line;
}

static uint32_t size_of_ram(const struct multiboot_info* info) {
  uint32_t kib = info->memory_upper + 1024;
  return kib < LARGEST_RAM / 1024 ? kib * 1024 : LARGEST_RAM;
}

// Called by start.S, with the physical address of the multiboot information.
__attribute__((noreturn)) void machine_start(paddr_t information) {
  const struct multiboot_info* info = frame_pointer(information);
  static struct machine machine;
  machine.command_line = keep_command_line(info);
  machine.frequency_khz = PIT_HZ / 1000;
  machine.ram_size = size_of_ram(info);
  machine.free_begin = (uint32_t)kernel_end - KERNEL_BASE;
  machine.free_end = machine.ram_size;
  kernel_main(&machine);
}

#ifndef ZOS_PV  // on a VMM: ../pv/pv.c

void power_off(uint32_t code) {
  for (;;) {
    out8(DEBUG_EXIT, code > UINT8_MAX ? UINT8_MAX : (uint8_t)code);
    __asm__ volatile("cli; hlt");
  }
}

// ---- Interrupt controllers: two 8259 (data sheet: initialization command words) --------------

#define ICW1_INIT 0x11  // edges, a pair, ICW4 follows
#define ICW4_8086 0x01
#define IRQ_CASCADE 2
#define END_OF_INTERRUPT 0x20

static void start_controller(uint16_t port, uint8_t vector, uint8_t cascade, uint8_t masked) {
  out8(port, ICW1_INIT);
  out8(port + 1, vector);
  out8(port + 1, cascade);
  out8(port + 1, ICW4_8086);
  out8(port + 1, masked);
}

void interrupt_sources_on(void) {
  const uint32_t wanted = 1 << IRQ_TIMER | 1 << IRQ_CASCADE | 1 << IRQ_COM1 | 1 << IRQ_IDE;
  start_controller(PIC1, VECTOR_IRQ, 1 << IRQ_CASCADE, (uint8_t)~wanted);
  start_controller(PIC2, VECTOR_IRQ + 8, IRQ_CASCADE, (uint8_t)(~wanted >> 8));
  uart_write(UART_MCR, 0x0b);  // OUT2 lets the interrupt through
  uart_write(UART_INTERRUPTS, UART_INTERRUPT_ON_BYTE);
}

void external_interrupt(uint32_t irq) {
  if (irq >= 8) out8(PIC2, END_OF_INTERRUPT);
  out8(PIC1, END_OF_INTERRUPT);
  switch (irq) {
    case IRQ_TIMER:
      return tick();
    case IRQ_COM1:
      return console_interrupt();
    case IRQ_IDE:
      return disk_interrupt();
    case 7:
    case 15:
      return;  // what a controller says when a line was up too short
    default:
      panic(__FILE_NAME__, __LINE__, "a line that was not enabled");
  }
}

// ---- Timer: channel 0 of the 8254 (data sheet: mode 0, interrupt on terminal count) ----------

#define PIT_ONE_SHOT 0x30  // channel 0, both bytes, mode 0

void timer_start(uint32_t interval) {
  if (interval > PIT_LONGEST) interval = PIT_LONGEST;
  out8(PIT_COMMAND, PIT_ONE_SHOT);
  out8(PIT_CHANNEL0, (uint8_t)interval);
  out8(PIT_CHANNEL0, (uint8_t)(interval >> 8));
}

// A mode without a count: it waits for one.
void timer_stop(void) {
  out8(PIT_COMMAND, PIT_ONE_SHOT);
}

#endif
