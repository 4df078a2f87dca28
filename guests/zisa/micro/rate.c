// A kernel that meets a sensitive instruction every so often.
//
//   command line: [N] [empty] [calls=C] [plain=P] [rdcyc]
//
// A round is one READ_CR (or RDCYC), C calls of a function (0 by default), P turns of a loop of two plain
// instructions (1). `empty` leaves the sensitive instruction out.
#include "values.h"

struct {
  uint32_t calls, plain, rdcyc;
} parameters;

void prepare(const struct boot_info* boot) {
  parameters.calls = command_value(boot, "calls", 0);
  parameters.plain = command_value(boot, "plain", 1);
  parameters.rdcyc = command_has(boot, "rdcyc");
}
