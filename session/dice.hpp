// Random numbers that are the same on every host and with every library.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>

#include "base/types.hpp"

namespace ringside::session {

/// splitmix64 (Steele, Lea and Flood 2014).
class Dice {
 public:
  explicit Dice(u64 seed) : state_(seed) {}
  u64 next() {
    u64 z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  u32 word() { return static_cast<u32>(next() >> 32); }
  /// 0 to n - 1.
  u32 below(u32 n) { return static_cast<u32>((next() >> 32) * n >> 32); }
  u32 between(u32 low, u32 high) { return low + below(high - low + 1); }
  bool chance(u32 percent) { return below(100) < percent; }
  template <class T>
  T pick(std::span<const T> from) {
    return from[below(static_cast<u32>(from.size()))];
  }
  template <class T>
  T pick(std::initializer_list<T> from) {
    return pick(std::span<const T>(from.begin(), from.size()));
  }

 private:
  u64 state_;
};

}  // namespace ringside::session
