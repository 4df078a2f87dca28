// The one line that says why a run did not end well, and what to do.
#pragma once

#include <optional>
#include <string>

#include "session/report.hpp"

namespace ringside::cli {

/// "GUEST: ADDRESS (symbol): reason; remedy" of a run that failed or was stopped, with the holes to
/// blame, in a few words; nothing for one that ended by itself.
std::optional<std::string> reason_line(const session::Report& report);

}  // namespace ringside::cli
