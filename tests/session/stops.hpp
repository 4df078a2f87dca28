// All stops of a run, in order.
#pragma once

#include <utility>
#include <vector>

#include "catch.hpp"
#include "session/history.hpp"
#include "vmm/any_machine.hpp"

namespace ringside::test {

using Stops = std::vector<std::pair<u64, vmm::Stop>>;

/// From where the machine is to its end, or to step 400,000.
inline Stops forwards(session::History& history, vmm::AnyMachine& machine) {
  Stops stops;
  for (;;) {
    const vmm::Stop why = history.run({.steps = 400'000});
    if (why != vmm::Stop::kBreakpoint && why != vmm::Stop::kWatchpoint) return stops;
    stops.emplace_back(machine.steps(), why);
  }
}

/// Back to the beginning; in the order of forwards().
inline Stops backwards(session::History& history, vmm::AnyMachine& machine) {
  Stops stops;
  for (;;) {
    const vmm::Stop why = history.reverse();
    if (why == vmm::Stop::kLimit) break;
    stops.insert(stops.begin(), {machine.steps(), why});
  }
  CHECK(machine.steps() == 0);
  return stops;
}

}  // namespace ringside::test
