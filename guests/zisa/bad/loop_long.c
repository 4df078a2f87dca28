// Loops for ever while its state keeps changing. No simulator can tell this from useful work in
// general (the halting problem): only a limit ends it.
#include "bare.h"

volatile uint32_t counter;

int main(const struct boot_info* boot) {
  (void)boot;
  for (;;) counter = counter * 1664525 + 1013904223;
}
