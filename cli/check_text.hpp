// What a check found, as text.
#pragma once

#include <string>

#include "cli/style.hpp"
#include "study/fuzz.hpp"

namespace ringside::cli {

/// Of one guest, called `guest` by the user.
std::string check_text(const std::string& guest, const session::Examination& found,
                       const Style& style);

/// Of a series of random guests.
std::string fuzz_text(const study::Fuzzed& fuzzed, const Style& style);

}  // namespace ringside::cli
