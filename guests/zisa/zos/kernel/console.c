// The console: a 16550 that is polled for output and interrupts for input.
//
// Bytes that arrive wait in a ring. They are echoed and edited when somebody reads a line, not when
// they arrive: so what was typed ahead shows up where it is used, and what the console prints does
// not depend on when the bytes came.
#include "kernel.h"

#define RING_SIZE 1024
#define LINE_SIZE 256
#define CHUNK_SIZE 128

#define END_OF_INPUT 0x04  // Control-D
#define BACKSPACE 0x08
#define DELETE 0x7f

static char ring[RING_SIZE];
static uint32_t ring_taken, ring_filled;  // counts that only grow; their difference is the content
static bool throttled;                    // the ring was full: the input interrupt is off

static char line[LINE_SIZE];
static uint32_t line_size, line_given;
static struct sleep_lock reader;  // held by who makes or takes a line

// ---- Output ----------------------------------------------------------------------------------

void console_write_byte(char byte) {
  while (!(uart_read(UART_LINE_STATUS) & UART_CAN_SEND)) {
  }
  uart_write(UART_DATA, (uint8_t)byte);
}

int console_write(uint32_t buffer, uint32_t size) {
  char chunk[CHUNK_SIZE];
  for (uint32_t done = 0; done < size;) {
    uint32_t part = size - done < CHUNK_SIZE ? size - done : CHUNK_SIZE;
    if (!copy_from_user(chunk, buffer + done, part)) return -1;
    for (uint32_t i = 0; i < part; i++) console_write_byte(chunk[i]);
    done += part;
  }
  return (int)size;
}

// ---- Input -----------------------------------------------------------------------------------

static bool byte_waits(void) {
  return (uart_read(UART_LINE_STATUS) & UART_BYTE_WAITS) != 0;
}

// The interrupt ends when the device has no more bytes, or may not interrupt any more. A full ring
// leaves the rest in the device: nothing is lost.
void console_interrupt(void) {
  while (byte_waits()) {
    if (ring_filled - ring_taken == RING_SIZE) {
      throttled = true;
      uart_write(UART_INTERRUPTS, 0);
      break;
    }
    ring[ring_filled++ % RING_SIZE] = (char)uart_read(UART_DATA);
  }
  wake_up(ring);
}

static char next_byte(void) {
  irq_state saved = irq_save();
  while (ring_filled == ring_taken) sleep_on(ring);
  char byte = ring[ring_taken++ % RING_SIZE];
  if (throttled) {
    throttled = false;
    uart_write(UART_INTERRUPTS, UART_INTERRUPT_ON_BYTE);
  }
  irq_restore(saved);
  return byte;
}

static void erase_last(void) {
  if (line_size == 0) return;
  line_size--;
  console_write_byte('\b'), console_write_byte(' '), console_write_byte('\b');
}

static void append(char byte) {
  line[line_size++] = byte;
  console_write_byte(byte);
}

// Fills `line`, the newline included. It stays empty at the end of input.
static void make_line(void) {
  line_size = line_given = 0;
  while (line_size < LINE_SIZE) {
    char byte = next_byte();
    if (byte == END_OF_INPUT) return;
    if (byte == BACKSPACE || byte == DELETE) {
      erase_last();
    } else {
      append(byte == '\r' ? '\n' : byte);
      if (line[line_size - 1] == '\n') return;
    }
  }
}

int console_read(uint32_t buffer, uint32_t size) {
  if (size == 0) return 0;
  sleep_lock_acquire(&reader);
  if (line_given == line_size) make_line();
  uint32_t part = line_size - line_given < size ? line_size - line_given : size;
  bool good = copy_to_user(buffer, line + line_given, part);
  line_given += part;
  sleep_lock_release(&reader);
  return good ? (int)part : -1;
}
