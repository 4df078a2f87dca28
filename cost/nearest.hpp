// The word that a mistyped one was probably meant to be.
#pragma once

#include <span>
#include <string_view>

namespace ringside::cost {

/// The candidate with the fewest single-character edits from `word`; the first of several.
/// `candidates` must not be empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace ringside::cost
