// The results as a table and as JSON.
#pragma once

#include <string>

#include "bench/measure.hpp"

namespace ringside::bench {

std::string as_table(const Measured& all);
/// A document "ringside/bench/1" with every single time.
std::string as_json(const Measured& all, const Settings& settings);

}  // namespace ringside::bench
