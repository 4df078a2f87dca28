// Bit fields and sign extension.
#pragma once

#include <bit>
#include <cstring>
#include <type_traits>

#include "base/types.hpp"

namespace ringside {

/// Bits high..low of word, moved down to bit 0.
constexpr u32 bits(u32 word, unsigned high, unsigned low) {
  return (word >> low) & (u32(~u32{0}) >> (31 - (high - low)));
}

constexpr bool bit(u32 word, unsigned position) { return (word >> position) & 1; }

/// The low `width` bits of value as a two's complement number.
constexpr i32 sign_extend(u32 value, unsigned width) {
  return static_cast<i32>(value << (32 - width)) >> (32 - width);
}

constexpr bool is_power_of_two(u64 n) { return std::has_single_bit(n); }

/// A number with its bytes in the order in which a little-endian machine holds them, or back from that.
template <class T>
constexpr T little_endian(T value) {
  if constexpr (std::endian::native == std::endian::little || sizeof(T) == 1) return value;
  T swapped = 0;
  for (unsigned i = 0; i < sizeof(T); ++i)
    swapped = static_cast<T>(swapped | static_cast<T>((value >> (8 * i)) & 0xff) << (8 * (sizeof(T) - 1 - i)));
  return swapped;
}

/// Reads a little-endian number from host memory of any alignment.
template <class T>
T load_le(const u8* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return little_endian(value);
}

/// Writes a little-endian number to host memory of any alignment. One store: a loop over the bytes stays one under -O2.
template <class T>
void store_le(u8* to, T value) {
  value = little_endian(value);
  std::memcpy(to, &value, sizeof value);
}

}  // namespace ringside
