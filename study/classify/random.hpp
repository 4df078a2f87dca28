// Pseudo-random numbers that are the same on every host: an experiment can be repeated.
#pragma once

#include "base/types.hpp"

namespace ringside::study {

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
class Random {
 public:
  explicit Random(u64 seed) : state_(seed) {}

  u64 next() {
    u64 z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  u32 word() { return static_cast<u32>(next() >> 32); }
  /// A number below n, which is not 0.
  u32 below(u32 n) { return static_cast<u32>((next() >> 32) * n >> 32); }
  /// True in `percent` of a hundred cases.
  bool chance(u32 percent) { return below(100) < percent; }

 private:
  u64 state_;
};

}  // namespace ringside::study
