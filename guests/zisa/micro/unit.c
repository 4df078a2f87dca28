// Twelve instructions that end in a jump, the first of them privileged: one unit of a translator.
//
//   command line: [N] [callout]
//
// Executed N - 1 times: with 1 everything around it runs, and the unit itself does not. `callout`: TLBINV, which
// calls out, in place of READ_CR, which does not.
#include "values.h"

uint32_t with_callout;

void prepare(const struct boot_info* boot) {
  with_callout = command_has(boot, "callout");
}
