// The code of a guest, for those who look for instructions in it.
#pragma once

#include <vector>

#include "session/assembly.hpp"

namespace ringside::session {

/// A word that lies in memory where the guest may execute it. It may be data all the same.
struct CodeWord {
  u32 address = 0;  ///< guest-physical
  u32 word = 0;
  std::string symbol;  ///< where that is ("trap_entry+0x14"), empty if unknown
};

/// The code of the guest that the options name.
struct GuestCode {
  std::string file;
  std::string isa;  ///< x86, or the variant that the guest says it is built for; may be empty
  std::vector<CodeWord> words;  ///< of Z-ISA: what lies in the executable segments, by address
  std::vector<ListingLine> instructions = {};  ///< of x86, whose code is not made of words
};
Result<GuestCode> guest_code(const Options& options);

}  // namespace ringside::session
