// The library: text, numbers, printf. There is no malloc; programs use sbrk.
#include "user.h"

#include <stdarg.h>

size_t strlen(const char* text) {
  size_t length = 0;
  while (text[length] != '\0') length++;
  return length;
}

bool text_equal(const char* a, const char* b) {
  while (*a == *b && *a != '\0') a++, b++;
  return *a == *b;
}

void* memset(void* to, int byte, size_t size) {
  for (char* at = to; size-- > 0;) *at++ = (char)byte;
  return to;
}

void* memcpy(void* restrict to, const void* restrict from, size_t size) {
  const char* source = from;
  for (char* at = to; size-- > 0;) *at++ = *source++;
  return to;
}

bool parse_number(const char* text, uint32_t* number) {
  if (*text == '\0') return false;
  *number = 0;
  for (; *text != '\0'; text++) {
    uint32_t digit = (uint32_t)(*text - '0');
    if (digit > 9 || *number > (UINT32_MAX - digit) / 10) return false;
    *number = *number * 10 + digit;
  }
  return true;
}

uint32_t number_argument(int argc, char** argv, uint32_t otherwise) {
  uint32_t number = otherwise;
  if (argc > 2 || (argc == 2 && !parse_number(argv[1], &number))) {
    printf("%s: takes one number\n", argv[0]);
    exit(2);
  }
  return number;
}

// ---- printf: gathers its text and writes it with one call, so that the lines of processes that
// print at the same time stay whole.

struct output {
  char text[128];
  size_t size;
};

static void flush(struct output* out) {
  write(1, out->text, out->size);
  out->size = 0;
}

static void put_byte(struct output* out, char byte) {
  if (out->size == sizeof out->text) flush(out);
  out->text[out->size++] = byte;
}

static void put_text(struct output* out, const char* text) {
  while (*text != '\0') put_byte(out, *text++);
}

static void put_decimal(struct output* out, uint32_t number) {
  if (number >= 10) put_decimal(out, number / 10);
  put_byte(out, (char)('0' + number % 10));
}

static void put_signed(struct output* out, int number) {
  if (number < 0) put_byte(out, '-');
  put_decimal(out, number < 0 ? -(uint32_t)number : (uint32_t)number);
}

static void put_hex(struct output* out, uint32_t number) {
  put_text(out, "0x");
  for (int shift = 28; shift >= 0; shift -= 4) {
    put_byte(out, "0123456789abcdef"[number >> shift & 15]);
  }
}

static void put_argument(struct output* out, char kind, va_list* arguments) {
  switch (kind) {
    case 's':
      return put_text(out, va_arg(*arguments, const char*));
    case 'd':
      return put_signed(out, va_arg(*arguments, int));
    case 'u':
      return put_decimal(out, va_arg(*arguments, uint32_t));
    case 'x':
      return put_hex(out, va_arg(*arguments, uint32_t));
    default:
      return put_byte(out, kind);
  }
}

void printf(const char* format, ...) {
  struct output out = {.size = 0};
  va_list arguments;
  va_start(arguments, format);
  for (; *format != '\0'; format++) {
    if (*format == '%' && format[1] != '\0') {
      put_argument(&out, *++format, &arguments);
    } else {
      put_byte(&out, *format);
    }
  }
  va_end(arguments);
  flush(&out);
}
