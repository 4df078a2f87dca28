// A set of interrupt vectors: IRR, ISR and TMR of a local APIC.
#pragma once

#include <array>
#include <bit>

#include "base/types.hpp"

namespace ringside::devices {

class VectorSet {
 public:
  void set(u8 vector) { words_[vector / 32] |= u32{1} << vector % 32; }
  void clear(u8 vector) { words_[vector / 32] &= ~(u32{1} << vector % 32); }
  bool has(u8 vector) const { return words_[vector / 32] >> vector % 32 & 1; }

  /// The highest vector, -1 if the set is empty.
  int highest() const {
    for (int i = 7; i >= 0; --i)
      if (const u32 word = words_[static_cast<unsigned>(i)]; word != 0)
        return 32 * i + 31 - std::countl_zero(word);
    return -1;
  }

  /// Vectors 32 n to 32 n + 31, as a register shows them.
  u32 word(unsigned n) const { return words_[n]; }

 private:
  std::array<u32, 8> words_{};
};

}  // namespace ringside::devices
