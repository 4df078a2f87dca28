// Decoded words, remembered: the stepping engine decodes the same few thousand words again and again.
#pragma once

#include <vector>

#include "isa/zisa/decode.hpp"

namespace ringside::cpu {

class DecodeMemo {
 public:
  /// The same as zisa::decode(word). The reference holds until the next call.
  const zisa::Decoded& decode(u32 word) {
    zisa::Decoded& known = known_[(word * 0x9E3779B1u) >> (32 - kBits)];
    if (known.operands.word != word) known = zisa::decode(word);
    return known;
  }

 private:
  static constexpr unsigned kBits = 11;
  // Word 0 is no instruction, and that is what an empty slot says of it.
  std::vector<zisa::Decoded> known_{std::size_t{1} << kBits};
};

}  // namespace ringside::cpu
