// The sensitive instructions in a guest: what its VMM will have to do with.
#pragma once

#include "session/code.hpp"
#include "study/classify/classify.hpp"

namespace ringside::study {

struct SensitiveUse {
  u32 address = 0;
  std::string symbol;
  std::string instruction;
  std::string text;  ///< as assembly
};

struct GuestUses {
  std::string file;
  std::vector<SensitiveUse> uses;     ///< by address
  std::map<std::string, u64> counts;  ///< by instruction
};

/// Every word of the code that is an instruction found to be sensitive, or time-sensitive.
GuestUses sensitive_uses(const session::GuestCode& code, const session::Laboratory& laboratory,
                         const Classification& all);

}  // namespace ringside::study
