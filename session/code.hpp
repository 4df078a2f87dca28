// The code of a guest as words, for those who look for instructions in it.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "session/options.hpp"

namespace ringside::session {

/// A word that lies in memory where the guest may execute it. It may be data all the same.
struct CodeWord {
  u32 address = 0;  ///< guest-physical
  u32 word = 0;
  std::string symbol;  ///< where that is ("trap_entry+0x14"), empty if unknown
};

/// What lies in the executable segments of the guest that the options name, by address.
struct GuestCode {
  std::string file;
  std::string isa;  ///< the variant that the guest says it is built for; may be empty
  std::vector<CodeWord> words;
};
Result<GuestCode> guest_code(const Options& options);

}  // namespace ringside::session
