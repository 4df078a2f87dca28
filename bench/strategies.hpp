// The speed of the simulator under each strategy: code of user mode, and exits.
#pragma once

#include "bench/measure.hpp"

namespace ringside::bench {

/// Adds one run of each to `all.strategies` and `all.exits`. An error where a guest ends badly.
Result<void> measure_strategies(const Settings& settings, Measured& all);

}  // namespace ringside::bench
