// The programmable interval timer (Intel data sheet 231164).
#pragma once

#include <array>

#include "devices/pc/pit_counter.hpp"

namespace ringside::devices {

/// Three counters behind four ports. Counter 0 makes IRQ 0, counter 1 was the refresh of memory,
/// counter 2 is the speaker, whose gate is bit 0 of port 61h.
class Pit8254 {
 public:
  static constexpr u64 kHz = 1'193'182;  ///< a twelfth of 14.31818 MHz
  static constexpr unsigned kSpeaker = 2;

  /// Port 0 to 2 are the counters, 3 the control word. `tick` counts the pulses of kHz.
  u8 read(unsigned port, u64 tick);
  void write(unsigned port, u8 value, u64 tick);

  PitCounter& counter(unsigned n) { return counters_[n]; }
  const PitCounter& counter(unsigned n) const { return counters_[n]; }

  u64 hash() const;

 private:
  void read_back(u8 command, u64 tick);
  std::array<PitCounter, 3> counters_;
};

}  // namespace ringside::devices
