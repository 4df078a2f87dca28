// The kernel's command line: words of the form key=value come first and are ours, the rest is the
// script that process 1 runs. An option that is not understood ends the run: to ignore it would be
// to answer another question than the one that was asked.
#include "kernel.h"

#define DEFAULT_LEVELS 2
#define DEFAULT_HZ 100
// A tick must leave time for user code behind the work that the tick itself makes.
#define SHORTEST_TICK 1000

#define WORD_SIZE 32

__attribute__((noreturn)) static void refuse(const char* word, const char* remedy) {
  print("zos: %s: %s\n", word, remedy);
  power_off(1);
}

static uint32_t value_of(const char* word, const char* value) {
  uint32_t number;
  if (!parse_number(value, &number) || number == 0) refuse(word, "expected a number above 0");
  return number;
}

// Thousands of time units a second, over hz: without a product that leaves 32 bits.
static uint32_t tick_of_hz(uint32_t frequency_khz, uint32_t hz) {
  return frequency_khz / hz * 1000 + frequency_khz % hz * 1000 / hz;
}

static uint32_t levels_of(const char* word, const char* value) {
  bool known = value[0] == 'z' && value[1] >= '1' && value[1] <= '5' && value[2] == '\0';
  if (!known) refuse(word, "paging is one of z1, z2, z3, z4, z5");
  return (uint32_t)(value[1] - '0');
}

static void set_option(const char* word, char* key, char* value, uint32_t frequency_khz) {
  if (text_equal(key, "paging")) {
    options.levels = levels_of(word, value);
  } else if (text_equal(key, "hz")) {
    options.tick = tick_of_hz(frequency_khz, value_of(word, value));
  } else if (text_equal(key, "tick")) {
    options.tick = value_of(word, value);
  } else {
    refuse(word, "unknown option; there are paging=, hz= and tick=");
  }
}

// The length of the word at `text`; sets `equals` to the place of its first '=', or to the length.
static uint32_t measure_word(const char* text, uint32_t* equals) {
  uint32_t length = 0;
  *equals = 0;
  bool seen = false;
  for (; text[length] != '\0' && text[length] != ' '; length++) {
    if (text[length] == '=') seen = true;
    if (!seen) *equals = length + 1;
  }
  return length;
}

static const char* skip_blanks(const char* text) {
  while (*text == ' ') text++;
  return text;
}

void options_read(const char* text, uint32_t frequency_khz) {
  options.levels = DEFAULT_LEVELS;
  options.tick = tick_of_hz(frequency_khz, DEFAULT_HZ);
  for (text = skip_blanks(text);; text = skip_blanks(text)) {
    char word[WORD_SIZE], pair[WORD_SIZE];
    uint32_t equals, length = measure_word(text, &equals);
    if (equals == length) break;  // not key=value: here the script begins
    copy_text(word, text, length < WORD_SIZE ? length + 1 : WORD_SIZE);
    copy_text(pair, word, WORD_SIZE);
    if (equals >= WORD_SIZE - 1) refuse(word, "unknown option");
    pair[equals] = '\0';
    set_option(word, pair, pair + equals + 1, frequency_khz);
    text += length;
  }
  options.script = text;
  if (options.tick < SHORTEST_TICK) options.tick = SHORTEST_TICK;
}
