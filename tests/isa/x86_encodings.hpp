// Random x86 instructions and states to start them from.
#pragma once

#include <array>
#include <random>
#include <vector>

#include "isa/x86_flat.hpp"

namespace ringside::test {

class Encodings {
 public:
  explicit Encodings(u32 seed) : random_(seed) {}
  u32 below(u32 n) { return random_() % n; }
  /// 15 bytes: some prefixes, an opcode (half of them behind 0F), and what follows.
  std::array<u8, x86::kMaxLength> instruction();
  /// 15 bytes without a plan.
  std::array<u8, x86::kMaxLength> bytes();
  /// Registers that often point into the data, random flags and data, the instruction in place.
  Flat state(std::span<const u8> instruction);

 private:
  u8 byte() { return static_cast<u8>(random_()); }
  u32 value();
  std::mt19937 random_;
};

}  // namespace ringside::test
