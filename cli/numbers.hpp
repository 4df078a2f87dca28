// Numbers as people write them on a command line, and as reports show them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/types.hpp"

namespace ringside::cli {

/// A decimal number; nothing for anything else, a sign included, or one that leaves 64 bits.
std::optional<u64> parse_number(std::string_view text);

/// A number of bytes, with K, M or G (powers of 1024) behind it where it has one.
std::optional<u64> parse_size(std::string_view text);

/// 16069335 as "16 069 335".
std::string grouped(u64 number);

/// A part of a whole as "12.3"; "0.0" of nothing.
std::string percent(u64 part, u64 whole);

}  // namespace ringside::cli
