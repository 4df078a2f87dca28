// The comparison of strategies as text: a table, where the cycles went, and why a strategy failed.
#pragma once

#include <string>
#include <vector>

#include "cli/style.hpp"
#include "study/compare.hpp"

namespace ringside::cli {

/// `guest` is how the user called it, `script` its command line; may be empty.
std::string compare_text(const std::string& guest, const std::string& script,
                         const std::vector<study::Compared>& runs, const Style& style,
                         bool explain);

}  // namespace ringside::cli
