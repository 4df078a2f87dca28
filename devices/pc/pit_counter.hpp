// One counter of the 8254 (Intel data sheet 231164, "Mode definitions").
#pragma once

#include <optional>

#include "base/types.hpp"

namespace ringside::devices {

/// A counter is not clocked: what it shows follows from the tick, the number of CLK pulses since
/// power-on, at which the caller looks.
///
/// Left out of the data sheet: a count written in mode 3 takes effect at the end of the whole
/// period, not of its half.
class PitCounter {
 public:
  /// The control word's bits 5 to 0: access, mode and BCD.
  void control(u8 word);

  /// One byte written to, or read from, the counter's port.
  void write(u8 value, u64 tick);
  u8 read(u64 tick);

  /// The latch and read-back commands; what was latched stays until it is read.
  void latch_count(u64 tick);
  void latch_status(u64 tick);

  /// The GATE input; it is high at power-on.
  void set_gate(bool level, u64 tick);

  /// The level of OUT.
  bool out(u64 tick) const;

  /// When OUT goes up next, after `tick`, if nothing is written until then.
  std::optional<u64> next_rise(u64 tick) const;

  /// The counting element, as the program would read it.
  u16 value(u64 tick) const;

  unsigned mode() const { return mode_; }
  u64 hash() const;

 private:
  /// A count and the tick at which the element holds it whole.
  struct Run {
    u32 count = 0;
    u64 start = 0;
  };

  bool periodic() const { return mode_ == 2 || mode_ == 3; }
  bool triggered() const { return mode_ == 1 || mode_ == 5; }
  const Run& run(u64 tick) const { return next_ && tick >= next_->start ? *next_ : run_; }
  u64 elapsed(u64 tick) const;
  bool null_count(u64 tick) const;
  void load(u16 value, u64 tick);
  u16 encode(u64 count) const;
  u8 take(u16 value);

  u8 mode_ = 0, access_ = 3;
  bool bcd_ = false, gate_ = true;
  u32 reload_ = 0;           ///< the count register; 0 until one was written
  bool counting_ = false;    ///< the element follows the clock
  bool armed_ = false;       ///< a count was loaded, or in modes 1 and 5 triggered
  u64 held_ = 0;             ///< pulses counted when GATE stopped it
  Run run_;                  ///< what is counted
  std::optional<Run> next_;  ///< what modes 2 and 3 count after this period
  std::optional<u8> low_;    ///< first byte of two written
  bool high_next_ = false;   ///< the next read gives the high byte
  std::optional<u16> latched_;
  std::optional<u8> status_;
};

}  // namespace ringside::devices
