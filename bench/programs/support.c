// Main of the programs, the same on all machines.
#include "bench.h"

static void print(const char* text) {
  while (*text) put(*text++);
}

static void print_hex(uint32_t value) {
  for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
}

// The decimal number that starts at *text, and *text past it.
static uint32_t take_number(const char** text) {
  uint32_t value = 0;
  while (**text >= '0' && **text <= '9') value = value * 10 + (uint32_t)(*(*text)++ - '0');
  return value;
}

// A number of rounds, or a part of the default ("25%"); the default where nothing is said.
static uint32_t rounds_in(const char* text) {
  if (*text == 0) return default_rounds;
  const uint32_t value = take_number(&text);
  return *text == '%' ? default_rounds * value / 100 : value;
}

// Does what `command_line` says and ends the run.
void bench_main(const char* command_line) {
  const uint32_t sum = run_rounds(rounds_in(command_line));
  print(program_name);
  print(" ");
  print_hex(sum);
  print("\n");
  end();
}

// clang makes calls to these two.
void* memset(void* to, int byte, uint32_t bytes) {
  volatile char* p = to;
  while (bytes--) *p++ = (char)byte;
  return to;
}

void* memcpy(void* to, const void* from, uint32_t bytes) {
  volatile char* p = to;
  const char* q = from;
  while (bytes--) *p++ = *q++;
  return to;
}
