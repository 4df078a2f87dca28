// The frame of every micro-guest: repeats one operation and ends with code 0.
//
//   command line: [N] [empty] [time]
//
// N times (1000 by default); `empty`: the loop without the operation. The cost of one operation is
// the difference of the two runs, divided by N: everything that is not the operation is in both.
// `time` does both in one run and prints what the time-stamp counter says.
#include "bare.h"

// A micro-guest gives these three, in assembly, so that loop and loop_empty differ in exactly
// the operation.
void prepare(const struct multiboot_info* boot);  // what the operation needs: traps, page tables
void loop(uint32_t count);
void loop_empty(uint32_t count);

static uint32_t cycles_of(void (*run)(uint32_t), uint32_t count) {
  uint64_t begin = rdtsc();
  run(count);
  return (uint32_t)(rdtsc() - begin);
}

static void print_time(uint32_t count) {
  uint32_t with = cycles_of(loop, count), without = cycles_of(loop_empty, count);
  print_number(count);
  print(" operations, ");
  print_number(with > without ? (with - without) / count : 0);
  print(" cycles each\n");
}

int main(const struct multiboot_info* boot) {
  uint32_t count = command_number(boot, 1000);
  prepare(boot);
  if (count == 0) return 0;
  if (command_has(boot, "time")) {
    print_time(count);
  } else if (command_has(boot, "empty")) {
    loop_empty(count);
  } else {
    loop(count);
  }
  return 0;
}
