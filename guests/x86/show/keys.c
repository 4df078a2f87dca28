// Scan codes of the keyboard, and characters of COM1, as they come: to the release of Enter, or to a
// line feed.
#include "bare.h"

#define KEYBOARD_DATA 0x60
#define KEYBOARD_STATUS 0x64
#define KEYBOARD_FULL 1
#define ENTER_RELEASED 0x9c

static bool show_key(void) {
  if (!(in8(KEYBOARD_STATUS) & KEYBOARD_FULL)) return true;
  const uint8_t code = in8(KEYBOARD_DATA);
  print("key ");
  print_number(code);
  print("\n");
  return code != ENTER_RELEASED;
}

static bool show_character(void) {
  if (!(in8(COM1 + UART_LSR) & UART_LSR_READY)) return true;
  const uint8_t character = in8(COM1 + UART_DATA);
  print("serial ");
  print_number(character);
  print("\n");
  return character != '\n';
}

int main(const struct multiboot_info* boot) {
  (void)boot;
  while (show_key() && show_character()) {
  }
  return 0;
}
