// Printing on COM1, one byte at a time: wait until the 16550 takes a byte, hand it over. A paravirtual guest asks the VMM.
#include "bare.h"

#ifdef MICRO_PV
#include "hypercall.h"

static void print_byte(char byte) {
  hypercall(HV_CONSOLE_WRITE, (uint32_t)&byte, 1, 0);
}
#else
static void print_byte(char byte) {
  while (!(in8(COM1 + UART_LSR) & UART_LSR_EMPTY)) {
  }
  out8(COM1 + UART_DATA, (uint8_t)byte);
}
#endif

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
