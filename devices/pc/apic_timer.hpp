// The timer of a local APIC (Intel SDM volume 3, section 10.5.4).
#pragma once

#include <optional>

#include "base/types.hpp"

namespace ringside::devices {

/// Counts down from the initial count, one for each 2^shift ticks of the APIC's bus. Like the
/// 8254's counters it is not clocked: it holds the tick at which it will be 0.
class ApicTimer {
 public:
  static constexpr u64 kHz = 1'000'000'000;  ///< the bus clock of QEMU's model

  u32 initial_count() const { return initial_; }
  u32 current_count(u64 tick) const;
  u32 divide_configuration() const { return divide_; }

  /// Starts it; 0 stops it.
  void set_initial_count(u32 count, u64 tick);

  /// Keeps the current count.
  void set_divide_configuration(u32 value, u64 tick);

  /// When it is 0 next, if it runs.
  std::optional<u64> due() const { return due_; }

  /// Whether it has been 0 since it was asked last; `periodic` starts it again.
  bool expired(u64 tick, bool periodic);

 private:
  unsigned shift() const;
  u32 initial_ = 0, divide_ = 0;
  std::optional<u64> due_;
};

}  // namespace ringside::devices
