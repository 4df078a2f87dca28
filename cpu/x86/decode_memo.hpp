// Decoded instructions, remembered by where they lie in physical memory: decoding takes far longer
// than executing.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "isa/x86/decode.hpp"
#include "isa/x86/table.hpp"

namespace ringside::x86 {

class DecodeMemo {
 public:
  /// The same as decode(bytes, size), where the bytes are those of memory from `at` on. Since the
  /// bytes are compared, code that changes is decoded anew. The reference holds until the next
  /// call.
  const Instruction& decode(Hpa at, std::span<const u8> bytes, CodeSize size) {
    Known& known = known_[(at.v * 0x9E3779B97F4A7C15u) >> (64 - kBits)];
    if (known.at == at && known.size == size && known.still(bytes)) return known.instruction;
    known.instruction = x86::decode(bytes, size);
    known.at = at;
    known.size = size;
    std::copy(bytes.begin(), bytes.end(), known.bytes.begin());
    return known.instruction;
  }

 private:
  struct Known {
    Hpa at{};
    CodeSize size{};
    std::array<u8, kMaxLength> bytes{};
    Instruction instruction{};  ///< of length 0 in an empty slot

    bool still(std::span<const u8> now) const {
      const unsigned length = instruction.length;
      return length != 0 && instruction.row < kRowCount && length <= now.size() &&
             std::equal(bytes.begin(), bytes.begin() + length, now.begin());
    }
  };
  static constexpr unsigned kBits = 12;
  std::vector<Known> known_{std::size_t{1} << kBits};
};

}  // namespace ringside::x86
