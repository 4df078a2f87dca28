// Files as bytes.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"

namespace ringside::loader {

/// Longest file that is read: a device that never ends is no guest.
inline constexpr u64 kLongestFile = u64{1} << 30;

/// The whole content of a file.
Result<std::vector<u8>> read_file(const std::string& path, u64 longest = kLongestFile);

}  // namespace ringside::loader
