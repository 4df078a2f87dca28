// Files of the user, for clients: with the messages that guests and drives have too.
#pragma once

#include <string>

#include "base/result.hpp"

namespace ringside::session {

/// The whole content of a file.
Result<std::string> read_text(const std::string& path);

}  // namespace ringside::session
