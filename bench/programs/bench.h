// What the five programs and their start-up share. The same objects run on Z-ISA and on QEMU's
// `virt` board: console, exit register and RAM lie at the same addresses on both, and the entries of
// their page tables look the same. On a PC the same file runs on both sides.
#ifndef RINGSIDE_BENCH_H
#define RINGSIDE_BENCH_H

#include <stdint.h>

// A program does its work so many times over and returns a checksum of all that it computed. 0 rounds are
// allowed: such a run is what starting and ending costs.
uint32_t run_rounds(uint32_t rounds);
// Rounds that make some hundred million instructions, and the name to print.
extern const uint32_t default_rounds;
extern const char* const program_name;

// What a machine offers (board.c, pc.c): a character on its console, and the end of the run.
void put(char c);
__attribute__((noreturn)) void end(void);

// A small random number generator (xorshift32); state must not be 0.
static inline uint32_t next_random(uint32_t* state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

// Mixes a value into a checksum.
static inline uint32_t mix(uint32_t sum, uint32_t value) {
  return (sum ^ value) * 0x01000193u;
}

#endif
