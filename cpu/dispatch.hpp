// How one handler of the fast engine goes on to the next, chosen in this one place. Handlers end in a tail
// call where the compiler makes one; a build without optimisation (or with sanitizers or coverage counters)
// would grow the stack with every guest instruction, so there a loop calls them.
//
// cpu/CMakeLists.txt defines RINGSIDE_TAIL_CALLS for the builds that may use them.
#pragma once

#include "base/types.hpp"

namespace ringside::cpu::fast {

struct Op;
struct Context;

// All that the handlers carry in host registers.
//   op     - the operation to execute
//   x      - the guest's registers, as bytes; operations hold byte offsets
//   m      - everything else
//   left   - time units until the engine must look up (see Charge)
//   counts - what was executed, packed (see Charge)
//   last   - the value that the operation before wrote
#define RINGSIDE_HANDLER_PARAMETERS                                                              \
  [[maybe_unused]] const Op *op, [[maybe_unused]] u8 *x, [[maybe_unused]] Context *m,              \
      [[maybe_unused]] i64 left, [[maybe_unused]] u64 counts, [[maybe_unused]] u32 last
using Handler = void (*)(RINGSIDE_HANDLER_PARAMETERS);

#if defined(RINGSIDE_TAIL_CALLS) && defined(__clang__)
#define RINGSIDE_GO_ON(handler, next) \
  [[clang::musttail]] return (handler)((next), x, m, left, counts, last)
#elif defined(RINGSIDE_TAIL_CALLS)
#define RINGSIDE_GO_ON(handler, next) return (handler)((next), x, m, left, counts, last)
#else
#define RINGSIDE_DISPATCH_LOOP 1
#define RINGSIDE_GO_ON(handler, next) return m->set_next((handler), (next), left, counts, last)
#endif

}  // namespace ringside::cpu::fast
