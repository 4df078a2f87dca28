// The command line: the kernel's name, then what the user appended; words are separated by blanks.
#include "bare.h"

static const char* skip_blanks(const char* text) {
  while (*text == ' ') text++;
  return text;
}

static const char* next_word(const char* text) {
  while (*text != ' ' && *text != '\0') text++;
  return skip_blanks(text);
}

static const char* first_word(const struct multiboot_info* boot) {
  return boot->flags & 4 ? next_word(skip_blanks((const char*)boot->command_line)) : "";
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

uint32_t command_number(const struct multiboot_info* boot, uint32_t otherwise) {
  for (const char* text = first_word(boot); *text != '\0'; text = next_word(text)) {
    if (!is_digit(*text)) continue;
    uint32_t number = 0;
    while (is_digit(*text)) number = number * 10 + (uint32_t)(*text++ - '0');
    return number;
  }
  return otherwise;
}

// Does the text begin with `word`, and does the word end there?
static bool starts_with_word(const char* text, const char* word) {
  while (*word != '\0' && *text == *word) text++, word++;
  return *word == '\0' && (*text == ' ' || *text == '\0');
}

bool command_has(const struct multiboot_info* boot, const char* word) {
  for (const char* text = first_word(boot); *text != '\0'; text = next_word(text))
    if (starts_with_word(text, word)) return true;
  return false;
}
