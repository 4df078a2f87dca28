// Three sensitive instructions next to each other, as a kernel has them that sets its timer.
//
//   command line: [N] [empty] [full]
//
// Writes of TIMECMPH, TIMECMP and IENABLE: light call-outs of a translator; with `full` three TLBINV, full ones.
#include "values.h"

uint32_t full_ones;

void prepare(const struct boot_info* boot) {
  full_ones = command_has(boot, "full");
}
