// How defects that are put into a VMM on purpose come out in examinations.
#pragma once

#include "session/examine.hpp"

namespace ringside::test {

/// How many of some guests find a defect by a property.
struct Caught {
  u32 parted = 0, breached = 0, wasteful = 0, held = 0;
};

/// Examines the guests with seeds from 0 on: session::Examination examine(u64 seed).
template <class F>
Caught caught_in(u64 guests, F examine) {
  Caught out;
  for (u64 seed = 0; seed < guests; ++seed) {
    const session::Examination found = examine(seed);
    out.parted += !found.equivalent();
    out.breached += !found.resource_control();
    out.wasteful += !found.efficient();
    out.held += found.held();
  }
  return out;
}

}  // namespace ringside::test
