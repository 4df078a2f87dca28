// primes N: counts the primes below N with the sieve of Eratosthenes. Pure computing in user mode,
// on a heap that comes into being page by page.
#include "user.h"

static void cross_out_multiples(char* crossed, uint32_t limit, uint32_t prime) {
  for (uint32_t n = prime * prime; n < limit; n += prime) crossed[n] = 1;
}

static uint32_t count_primes(char* crossed, uint32_t limit) {
  uint32_t count = 0;
  for (uint32_t n = 2; n < limit; n++) {
    if (crossed[n]) continue;
    count++;
    if (n <= (limit - 1) / n) cross_out_multiples(crossed, limit, n);
  }
  return count;
}

int main(int argc, char** argv) {
  uint32_t limit = number_argument(argc, argv, 1000);
  char* crossed = limit <= INT32_MAX ? sbrk((int)limit) : (char*)-1;
  if (crossed == (char*)-1) {
    printf("primes: no memory for %u numbers\n", limit);
    return 1;
  }
  printf("primes: %u primes below %u\n", count_primes(crossed, limit), limit);
  return 0;
}
