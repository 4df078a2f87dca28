#include "devices/pc/apic_timer.hpp"

namespace ringside::devices {

/// Bits 3, 1 and 0 code the divisor: 2, 4, 8 ... 128, and 1 for all ones.
unsigned ApicTimer::shift() const {
  const unsigned code = (divide_ & 3) | (divide_ >> 1 & 4);
  return (code + 1) & 7;
}

u32 ApicTimer::current_count(u64 tick) const {
  if (!due_ || tick >= *due_) return 0;
  return static_cast<u32>((*due_ - tick + (u64{1} << shift()) - 1) >> shift());
}

void ApicTimer::set_initial_count(u32 count, u64 tick) {
  initial_ = count;
  due_.reset();
  if (count != 0) due_ = tick + (u64{count} << shift());
}

void ApicTimer::set_divide_configuration(u32 value, u64 tick) {
  const u32 left = current_count(tick);
  divide_ = value & 0xb;
  if (due_) due_ = tick + (u64{left} << shift());
}

bool ApicTimer::expired(u64 tick, bool periodic) {
  if (!due_ || tick < *due_) return false;
  const u64 period = u64{initial_} << shift();
  if (periodic)
    *due_ += ((tick - *due_) / period + 1) * period;
  else
    due_.reset();
  return true;
}

}  // namespace ringside::devices
