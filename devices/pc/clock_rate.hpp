// An oscillator of the PC, counted on the caller's clock.
#pragma once

#include <algorithm>
#include <numeric>

#include "base/types.hpp"

namespace ringside::devices {

/// Converts between the caller's time and the ticks of an oscillator that started at time 0. Both
/// ways start from the absolute number, so that no rounding adds up over a run.
class ClockRate {
 public:
  /// `hz` ticks a second (at most 1 GHz) where the caller counts `khz` thousand units a second (1
  /// to 10,000,000; what is outside is taken for the nearest).
  ClockRate(u64 hz, u64 khz) : ticks_(hz), units_(std::clamp<u64>(khz, 1, 10'000'000) * 1000) {
    const u64 common = std::gcd(ticks_, units_);
    ticks_ /= common;
    units_ /= common;
  }

  /// Whole ticks that have passed at time `now`.
  u64 ticks(u64 now) const { return scale(now, ticks_, units_, 0); }

  /// The first moment at which `tick` ticks have passed.
  u64 reached(u64 tick) const { return scale(tick, units_, ticks_, ticks_ - 1); }

 private:
  /// (n * by + round) / of; by * of < 2^64, so the parts do not overflow.
  static u64 scale(u64 n, u64 by, u64 of, u64 round) {
    return n / of * by + (n % of * by + round) / of;
  }

  u64 ticks_, units_;  ///< reduced: `ticks_` ticks pass in `units_` units
};

}  // namespace ringside::devices
