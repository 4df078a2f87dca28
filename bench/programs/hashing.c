// Hashes of a text, byte by byte: a CRC-32 by table, FNV-1a by multiplication, and Adler-32 by
// additions. Every step waits for the one before.
#include "bench.h"

#define BYTES 65536u

const char* const program_name = "hashing";
const uint32_t default_rounds = 400;

static uint8_t text[BYTES];
static uint32_t crc_table[256];

static void make_crc_table(void) {
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ 0xedb88320u : value >> 1;
    crc_table[byte] = value;
  }
}

static void fill(uint32_t seed) {
  for (uint32_t i = 0; i < BYTES; ++i) text[i] = (uint8_t)(next_random(&seed) >> 11);
}

static uint32_t crc32(uint32_t crc) {
  crc = ~crc;
  for (uint32_t i = 0; i < BYTES; ++i) crc = crc >> 8 ^ crc_table[(crc ^ text[i]) & 255];
  return ~crc;
}

static uint32_t fnv1a(uint32_t hash) {
  for (uint32_t i = 0; i < BYTES; ++i) hash = (hash ^ text[i]) * 0x01000193u;
  return hash;
}

// The remainders are taken every 2048 bytes, before a sum can overflow.
static uint32_t adler32(void) {
  uint32_t low = 1, high = 0;
  for (uint32_t start = 0; start < BYTES; start += 2048) {
    for (uint32_t i = start; i < start + 2048; ++i) {
      low += text[i];
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return high << 16 | low;
}

uint32_t run_rounds(uint32_t rounds) {
  uint32_t sum = 1;
  if (rounds != 0) make_crc_table(), fill(1);
  for (uint32_t round = 0; round < rounds; ++round) {
    text[round % BYTES] ^= (uint8_t)round;
    sum = mix(sum, crc32(sum));
    sum = mix(sum, fnv1a(sum));
    sum = mix(sum, adler32());
  }
  return sum;
}
