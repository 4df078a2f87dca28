// The few functions of the C library that the kernel and the compiler need: clang makes calls of
// memset and memcpy for large assignments even where there is no library. (-ffreestanding keeps it
// from seeing the loops below as what they are, and turning memset into a call of itself.)
#include "kernel.h"

static bool word_aligned(uintptr_t bits) {
  return bits % sizeof(uint32_t) == 0;
}

// Pages are cleared and copied by words, eight a round: this is where a fork spends its time.
static void set_words(uint32_t* to, uint32_t word, size_t count) {
  for (; count >= 8; count -= 8, to += 8) {
    to[0] = word, to[1] = word, to[2] = word, to[3] = word;
    to[4] = word, to[5] = word, to[6] = word, to[7] = word;
  }
  while (count-- > 0) *to++ = word;
}

static void copy_words(uint32_t* restrict to, const uint32_t* restrict from, size_t count) {
  for (; count >= 8; count -= 8, to += 8, from += 8) {
    uint32_t a = from[0], b = from[1], c = from[2], d = from[3];
    uint32_t e = from[4], f = from[5], g = from[6], h = from[7];
    to[0] = a, to[1] = b, to[2] = c, to[3] = d;
    to[4] = e, to[5] = f, to[6] = g, to[7] = h;
  }
  while (count-- > 0) *to++ = *from++;
}

void* memset(void* to, int byte, size_t size) {
  if (word_aligned((uintptr_t)to | size)) {
    set_words(to, (uint8_t)byte * 0x01010101u, size / sizeof(uint32_t));
  } else {
    for (char* at = to; size-- > 0;) *at++ = (char)byte;
  }
  return to;
}

void* memcpy(void* restrict to, const void* restrict from, size_t size) {
  if (word_aligned((uintptr_t)to | (uintptr_t)from | size)) {
    copy_words(to, from, size / sizeof(uint32_t));
  } else {
    const char* source = from;
    for (char* at = to; size-- > 0;) *at++ = *source++;
  }
  return to;
}

size_t strlen(const char* text) {
  size_t length = 0;
  while (text[length] != '\0') length++;
  return length;
}

bool text_equal(const char* a, const char* b) {
  while (*a == *b && *a != '\0') a++, b++;
  return *a == *b;
}

void copy_text(char* to, const char* from, size_t size) {
  size_t i = 0;
  for (; i + 1 < size && from[i] != '\0'; i++) to[i] = from[i];
  to[i] = '\0';
}

bool parse_number(const char* text, uint32_t* number) {
  if (*text == '\0') return false;
  *number = 0;
  for (; *text != '\0'; text++) {
    uint32_t digit = (uint32_t)(*text - '0');
    if (digit > 9 || *number > (UINT32_MAX - digit) / 10) return false;
    *number = *number * 10 + digit;
  }
  return true;
}
