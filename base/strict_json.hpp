// JSON read without mercy: a duplicate key or a syntax error is an error with its place.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace ringside {

/// Parses `text`, which errors call `file`. Rejects keys that occur twice in one object, which
/// nlohmann::json would drop silently.
Result<nlohmann::json> parse_strict(std::string_view text, const std::string& file);

/// A key or value as an error shows it: on one line, and not longer than a reader wants.
std::string shown(std::string_view text);

}  // namespace ringside
