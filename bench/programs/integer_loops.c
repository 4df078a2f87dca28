// Integer loops: a sieve over bytes, the steps of Collatz sequences, greatest common divisors. Tight
// loops of a few instructions with branches that are hard and easy to foresee.
#include "bench.h"

#define LIMIT 131072u

const char* const program_name = "integer-loops";
const uint32_t default_rounds = 120;

static uint8_t composite[LIMIT];

static uint32_t count_primes(void) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < LIMIT; ++i) composite[i] = 0;
  for (uint32_t i = 2; i < LIMIT; ++i) {
    if (composite[i]) continue;
    ++count;
    for (uint32_t j = 2 * i; j < LIMIT; j += i) composite[j] = 1;
  }
  return count;
}

static uint32_t collatz_steps(uint32_t from, uint32_t to) {
  uint32_t steps = 0;
  for (uint32_t start = from; start < to; ++start) {
    for (uint32_t n = start; n != 1; ++steps) n = n & 1 ? 3 * n + 1 : n >> 1;
  }
  return steps;
}

static uint32_t gcd(uint32_t a, uint32_t b) {
  while (b != 0) {
    const uint32_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static uint32_t sum_of_gcds(uint32_t seed) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < 10000; ++i) {
    const uint32_t a = next_random(&seed) >> 8, b = next_random(&seed) >> 12;
    sum += gcd(a, b);
  }
  return sum;
}

uint32_t run_rounds(uint32_t rounds) {
  uint32_t sum = 1;
  for (uint32_t round = 0; round < rounds; ++round) {
    sum = mix(sum, count_primes());
    sum = mix(sum, collatz_steps(1 + 2000 * round, 1 + 2000 * (round + 1)));
    sum = mix(sum, sum_of_gcds(round + 1));
  }
  return sum;
}
