// What a fuzz target does where a promise is broken: it crashes, which is what libFuzzer looks for.
#pragma once

#include <cstdlib>
#include <string>

#include "base/result.hpp"

namespace ringside::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// An error is one line, and names file, cause and remedy.
inline void require_readable(const Error& error) {
  require(!error.file.empty() && !error.cause.empty() && !error.remedy.empty());
  require(error.text().find('\n') == std::string::npos);
}

}  // namespace ringside::fuzz
