// A kernel that knows no serial port: it writes on the text screen alone.
#include "bare.h"

int main(const struct multiboot_info* boot) {
  (void)boot;
  volatile uint16_t* screen = (volatile uint16_t*)0xb8000;
  const char* text = "hello on the screen";
  for (uint32_t i = 0; text[i]; i++) screen[i] = (uint16_t)(0x0700 | (uint8_t)text[i]);
  return 0;
}
