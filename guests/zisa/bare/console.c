// Printing on the 16550, one byte at a time: wait until it takes a byte, hand it over.
#include "bare.h"

static void print_byte(char byte) {
  while (!(read8(CONSOLE_BASE + CONSOLE_LSR) & CONSOLE_LSR_EMPTY)) {
  }
  write8(CONSOLE_BASE + CONSOLE_THR, (uint8_t)byte);
}

void print(const char* text) {
  while (*text != '\0') print_byte(*text++);
}

void print_number(uint32_t number) {
  if (number >= 10) print_number(number / 10);
  print_byte((char)('0' + number % 10));
}

void print_hex(uint32_t number) {
  print("0x");
  for (int shift = 28; shift >= 0; shift -= 4)
    print_byte("0123456789abcdef"[(number >> shift) & 15]);
}
