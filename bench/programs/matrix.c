// The product of two square matrices of 32-bit integers: loads, multiplications, long dependent sums,
// and a column walked with a stride.
#include "bench.h"

#define N 128u

const char* const program_name = "matrix";
const uint32_t default_rounds = 40;

static uint32_t a[N][N], b[N][N], c[N][N];

static void fill(uint32_t seed) {
  for (uint32_t i = 0; i < N; ++i) {
    for (uint32_t j = 0; j < N; ++j) {
      a[i][j] = next_random(&seed);
      b[i][j] = next_random(&seed);
    }
  }
}

static void multiply(void) {
  for (uint32_t i = 0; i < N; ++i) {
    for (uint32_t j = 0; j < N; ++j) {
      uint32_t sum = 0;
      for (uint32_t k = 0; k < N; ++k) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  }
}

static uint32_t checksum(uint32_t sum) {
  for (uint32_t i = 0; i < N; ++i) {
    for (uint32_t j = 0; j < N; ++j) sum = mix(sum, c[i][j]);
  }
  return sum;
}

uint32_t run_rounds(uint32_t rounds) {
  uint32_t sum = 1;
  for (uint32_t round = 0; round < rounds; ++round) {
    fill(round + 1);
    multiply();
    sum = checksum(sum);
  }
  return sum;
}
