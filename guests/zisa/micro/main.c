// The frame of every micro-guest: repeats one operation and ends with code 0.
//
//   command line: [N] [empty]     N times (1000 by default); `empty`: the loop without the
//   operation
//
// The cost of one operation is the difference of the two runs, divided by N: everything that is
// not the operation is in both.
#include "bare.h"

// A micro-guest gives these three, in assembly, so that loop and loop_empty differ in exactly
// the operation.
void prepare(const struct boot_info* boot);  // what the operation needs: trap vector, page tables
void loop(uint32_t count);
void loop_empty(uint32_t count);

int main(const struct boot_info* boot) {
  uint32_t count = command_number(boot, 1000);
  prepare(boot);
  if (count == 0) return 0;
  if (command_has(boot, "empty")) {
    loop_empty(count);
  } else {
    loop(count);
  }
  return 0;
}
