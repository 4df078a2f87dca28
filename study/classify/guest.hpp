// The sensitive instructions in a guest: what its VMM will have to do with.
#pragma once

#include "session/code.hpp"
#include "study/classify/classify.hpp"

namespace ringside::study {

struct SensitiveUse {
  u32 address = 0;  ///< where it runs
  std::string symbol;
  std::string instruction;
  std::string text;   ///< as assembly
  bool hole = false;  ///< user mode does not always trap it
};

struct GuestUses {
  std::string file;
  std::vector<SensitiveUse> uses;     ///< by address
  std::map<std::string, u64> counts;  ///< by instruction
  /// Whether a list says which are holes: on x86, where kernels are full of both kinds.
  bool tells_holes = false;
};

/// Every word of the code that is an instruction found to be sensitive, time-sensitive or privileged.
GuestUses sensitive_uses(const session::GuestCode& code, const session::Laboratory& laboratory,
                         const Classification& all);
/// Every instruction of x86 code that is one of these, fillers left out.
GuestUses sensitive_uses(const session::GuestCode& code, const session::X86Laboratory& laboratory,
                         const Classification& all);

}  // namespace ringside::study
