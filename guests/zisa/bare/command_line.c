// The command line (`--append`) is one text; its words are separated by blanks.
#include "bare.h"

static const char* skip_blanks(const char* text) {
  while (*text == ' ') text++;
  return text;
}

static const char* skip_word(const char* text) {
  while (*text != ' ' && *text != '\0') text++;
  return text;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static uint32_t parse_number(const char* text) {
  uint32_t number = 0;
  while (is_digit(*text)) number = number * 10 + (uint32_t)(*text++ - '0');
  return number;
}

uint32_t command_number(const struct boot_info* boot, uint32_t otherwise) {
  const char* text = skip_blanks((const char*)boot->command_line);
  for (; *text != '\0'; text = skip_blanks(skip_word(text))) {
    if (is_digit(*text)) return parse_number(text);
  }
  return otherwise;
}

// Does the text begin with `word`, and does the word end there?
static bool starts_with_word(const char* text, const char* word) {
  while (*word != '\0' && *text == *word) text++, word++;
  return *word == '\0' && (*text == ' ' || *text == '\0');
}

bool command_has(const struct boot_info* boot, const char* word) {
  const char* text = skip_blanks((const char*)boot->command_line);
  for (; *text != '\0'; text = skip_blanks(skip_word(text))) {
    if (starts_with_word(text, word)) return true;
  }
  return false;
}
