// Words of the command line that say a number: NAME=NUMBER.
#include "values.h"

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// What stands behind `name` and '=' where the text begins with them, else null.
static const char* value_text(const char* text, const char* name) {
  while (*name != '\0' && *text == *name) text++, name++;
  return *name == '\0' && *text == '=' ? text + 1 : 0;
}

uint32_t command_value(const struct boot_info* boot, const char* name, uint32_t otherwise) {
  for (const char* text = (const char*)boot->command_line; *text != '\0'; text++) {
    const char* digits = value_text(text, name);
    if (digits == 0 || !is_digit(*digits)) continue;
    uint32_t value = 0;
    for (; is_digit(*digits); digits++) value = 10 * value + (uint32_t)(*digits - '0');
    return value;
  }
  return otherwise;
}
