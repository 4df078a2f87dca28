// Files of the user, for clients: with the messages that guests and drives have too.
#pragma once

#include <string>

#include "base/result.hpp"
#include "loader/file.hpp"

namespace ringside::session {

/// Longest text that a guest can be typed, in bytes: by --input or on standard input.
inline constexpr u64 kLongestInput = u64{64} << 20;

/// The whole content of a file. An error where it is longer than `longest` bytes.
Result<std::string> read_text(const std::string& path, u64 longest = loader::kLongestFile);

}  // namespace ringside::session
