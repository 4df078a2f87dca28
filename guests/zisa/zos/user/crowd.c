// crowd N: N processes compute at the same time, some giving way by themselves, some sleeping, the
// rest stopped only by the timer. Whatever the order in which they run, each must come to the same
// result: registers and memory have to survive every switch.
#include "user.h"

#define STEPS 20000
#define MOST 16  // processes

static uint32_t table[256];

static uint32_t step(uint32_t value, uint32_t i) {
  value = value * 1664525 + 1013904223;
  table[value >> 24] ^= value + i;
  return value ^ table[i % 256];
}

static uint32_t compute(uint32_t interruptions) {
  uint32_t value = 1;
  for (uint32_t i = 0; i < STEPS; i++) {
    value = step(value, i);
    if (interruptions % 3 == 1 && i % 1000 == 0) yield();
    if (interruptions % 3 == 2 && i % 10000 == 0) sleep(1);
  }
  return value;
}

static uint32_t start_crowd(uint32_t count) {
  uint32_t started = 0;
  for (; started < count; started++) {
    int pid = fork();
    if (pid == 0) exit((int)(compute(started) & 0x7fffffff));
    if (pid < 0) break;
  }
  return started;
}

int main(int argc, char** argv) {
  uint32_t count = number_argument(argc, argv, 4);
  if (count > MOST) count = MOST;
  uint32_t started = start_crowd(count);
  int expected = (int)(compute(0) & 0x7fffffff);
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < started; i++) {
    int value = 0;
    wait(&value);
    if (value != expected) wrong++;
  }
  if (started < count) printf("crowd: no room for %u more\n", count - started);
  printf("crowd: %u processes, %u wrong\n", started, wrong);
  return wrong == 0 && started == count ? 0 : 1;
}
