// COM1, by polling (16550: its data sheet, section 8).
#include <stdarg.h>

#include "check.h"

void console_init(void) {
  out8(COM1 + UART_IER, 0);
  out8(COM1 + UART_LCR, 0x80);  // the next two are the divisor: 115200 baud
  out8(COM1 + 0, 1);
  out8(COM1 + 1, 0);
  out8(COM1 + UART_LCR, 0x03);  // 8 bits, no parity, 1 stop bit
  out8(COM1 + UART_MCR, 0x0b);  // OUT2: the way of the interrupt
}

void print_byte(char byte) {
  while (!(in8(COM1 + UART_LSR) & UART_LSR_EMPTY)) {
  }
  out8(COM1 + UART_DATA, (uint8_t)byte);
}

static void print_text(const char* text) {
  while (*text != '\0') print_byte(*text++);
}

static void print_decimal(uint32_t number) {
  if (number >= 10) print_decimal(number / 10);
  print_byte((char)('0' + number % 10));
}

static void print_hex(uint32_t number) {
  print_text("0x");
  if (number >= 16) {
    int shift = 28;
    while (number >> shift == 0) shift -= 4;
    for (; shift > 0; shift -= 4) print_byte("0123456789abcdef"[number >> shift & 15]);
  }
  print_byte("0123456789abcdef"[number & 15]);
}

void print(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  for (; *format != '\0'; format++) {
    if (*format != '%') {
      print_byte(*format);
      continue;
    }
    switch (*++format) {
      case 's':
        print_text(va_arg(arguments, const char*));
        break;
      case 'u':
        print_decimal(va_arg(arguments, uint32_t));
        break;
      default:
        print_hex(va_arg(arguments, uint32_t));
        break;
    }
  }
  va_end(arguments);
}

bool text_begins(const char* text, const char* start) {
  while (*start != '\0' && *text == *start) text++, start++;
  return *start == '\0';
}

bool text_equal(const char* a, const char* b) {
  while (*a == *b && *a != '\0') a++, b++;
  return *a == *b;
}
