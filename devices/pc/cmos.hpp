// The real-time clock and its memory (Motorola data sheet "MC146818A"; the PC's registers above
// it as IBM's PC AT and QEMU have them).
#pragma once

#include <array>
#include <optional>

#include "base/types.hpp"

namespace ringside::devices {

/// 128 bytes behind an index port. The date is 2000-01-01 00:00:00 (a Saturday) at time 0 and goes
/// on with the guest's time; times are ticks of the crystal, kHz.
class Cmos {
 public:
  static constexpr u64 kHz = 32'768;

  explicit Cmos(u64 ram_bytes);

  /// Port 70h; bit 7 masks the NMI, of which there is none.
  void select(u8 value) { index_ = value & 0x7f; }

  /// Port 71h.
  u8 read(u64 tick);
  void write(u8 value, u64 tick);

  /// Whether IRQ 8 is up: an event that register B enables and C was not read since.
  bool interrupt() const { return flags() & memory_[kB] & kEvents; }

  /// When an enabled event comes next, after `tick`.
  std::optional<u64> next_event(u64 tick) const;

  /// Notes the events up to `tick`.
  void advance(u64 tick);

  /// Seconds since 2000-01-01 00:00:00 that the clock shows.
  u64 seconds(u64 tick) const;

  u8 at(u8 index) const { return memory_[index]; }
  u64 hash() const;

 private:
  enum Register : u8 {
    kSecond,
    kSecondAlarm,
    kMinute,
    kMinuteAlarm,
    kHour,
    kHourAlarm,
    kWeekday,
    kDay,
    kMonth,
    kYear,
    kA,
    kB,
    kC,
    kD,
    kCentury = 0x32,
  };
  static constexpr u8 kSet = 0x80, kBinary = 0x04, k24Hours = 0x02;     ///< register B
  static constexpr u8 kPeriodic = 0x40, kAlarm = 0x20, kUpdate = 0x10;  ///< registers B and C
  static constexpr u8 kEvents = kPeriodic | kAlarm | kUpdate;

  static bool is_time(u8 index);
  u8 flags() const { return memory_[kC]; }
  u64 period() const;
  bool alarm_between(u64 from, u64 to) const;
  u8 encode(u64 value) const;
  u64 decode(u8 value) const;
  u8 encode_hour(u64 hour) const;
  u64 decode_hour(u8 value) const;
  void show(u64 seconds);
  u64 shown() const;

  std::array<u8, 128> memory_{};
  u8 index_ = 0;
  u64 base_ = 0;       ///< seconds shown at base_tick_
  u64 base_tick_ = 0;  ///< seconds pass at whole seconds after it
  u64 seen_ = 0;       ///< tick up to which events were noted
};

}  // namespace ringside::devices
