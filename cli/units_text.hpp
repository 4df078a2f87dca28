// The translation cache as the debugger prints it.
#pragma once

#include <string>
#include <vector>

#include "cli/style.hpp"
#include "session/inspect_units.hpp"

namespace ringside::cli {

/// What the cache holds, a line for each unit.
std::string units_text(const session::UnitsView& view, const Style& style);
/// Guest instructions beside their operations, with the reason for each change.
std::string unit_text(const std::vector<session::UnitView>& units, const Style& style);

}  // namespace ringside::cli
