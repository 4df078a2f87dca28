// Messages of the kernel, and its last one.
#include <stdarg.h>

#include "kernel.h"

static void print_text(const char* text) {
  while (*text != '\0') console_write_byte(*text++);
}

static void print_decimal(uint32_t number) {
  if (number >= 10) print_decimal(number / 10);
  console_write_byte((char)('0' + number % 10));
}

static void print_hex(uint32_t number) {
  print_text("0x");
  for (int shift = 28; shift >= 0; shift -= 4) {
    console_write_byte("0123456789abcdef"[number >> shift & 15]);
  }
}

static void print_signed(int number) {
  if (number < 0) console_write_byte('-');
  print_decimal(number < 0 ? -(uint32_t)number : (uint32_t)number);
}

static void print_argument(char kind, va_list* arguments) {
  switch (kind) {
    case 's':
      return print_text(va_arg(*arguments, const char*));
    case 'd':
      return print_signed(va_arg(*arguments, int));
    case 'u':
      return print_decimal(va_arg(*arguments, uint32_t));
    case 'x':
      return print_hex(va_arg(*arguments, uint32_t));
    default:
      return console_write_byte(kind);
  }
}

void print(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  for (; *format != '\0'; format++) {
    if (*format == '%' && format[1] != '\0') {
      print_argument(*++format, &arguments);
    } else {
      console_write_byte(*format);
    }
  }
  va_end(arguments);
}

#define PANIC_CODE 42  // the run's exit code

void panic(const char* file, int line, const char* text) {
  irq_save();  // nothing may come between us and the end
  print("zos: panic: %s:%d: %s\n", file, line, text);
  power_off(PANIC_CODE);
}
