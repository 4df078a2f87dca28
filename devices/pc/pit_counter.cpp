#include "devices/pc/pit_counter.hpp"

#include <utility>

#include "base/bits.hpp"
#include "base/hash.hpp"

namespace ringside::devices {
namespace {

/// The element runs through 0 on to 0xffff, or to 9999; this is a multiple of both cycles.
constexpr u64 kWrap = 0x10000 * 10000;

enum Access : u8 { kLowByte = 1, kHighByte = 2, kBothBytes = 3 };

u32 from_bcd(u16 value) {
  return (value >> 12) * 1000u + bits(value, 11, 8) * 100 + bits(value, 7, 4) * 10 +
         bits(value, 3, 0);
}

u32 to_bcd(u32 value) {
  return value / 1000 % 10 << 12 | value / 100 % 10 << 8 | value / 10 % 10 << 4 | value % 10;
}

}  // namespace

void PitCounter::control(u8 word) {
  const u8 mode = static_cast<u8>(bits(word, 3, 1));
  const bool gate = gate_;
  *this = PitCounter();
  gate_ = gate;
  mode_ = mode > 5 ? mode & 3 : mode;  // Bit 2 is no matter in modes 2 and 3.
  access_ = static_cast<u8>(bits(word, 5, 4));
  bcd_ = word & 1;
}

void PitCounter::write(u8 value, u64 tick) {
  if (access_ == kLowByte) return load(value, tick);
  if (access_ == kHighByte) return load(static_cast<u16>(value << 8), tick);
  if (low_) return load(static_cast<u16>(value << 8 | *std::exchange(low_, std::nullopt)), tick);
  low_ = value;
  if (mode_ == 0) counting_ = armed_ = false;  // The first byte stops it, and OUT goes down.
}

/// A count takes effect with the next pulse; 0 stands for the largest.
void PitCounter::load(u16 value, u64 tick) {
  const u32 largest = bcd_ ? 10000 : 0x10000;
  const u32 given = bcd_ ? from_bcd(value) : value;
  reload_ = given == 0 ? largest : given;
  if (triggered()) return;
  if (periodic() && counting_ && tick >= run_.start) {
    run_ = run(tick);
    next_ = Run{reload_, run_.start + (elapsed(tick) / run_.count + 1) * run_.count};
    return;
  }
  run_ = Run{reload_, tick + 1};
  held_ = 0;
  armed_ = true;
  counting_ = gate_;
}

void PitCounter::set_gate(bool level, u64 tick) {
  if (level == gate_) return;
  if (!level && !triggered()) {
    held_ = elapsed(tick);
    counting_ = false;
  }
  gate_ = level;
  if (!level || reload_ == 0) return;
  if (periodic() || triggered()) {
    run_ = Run{reload_, tick + 1};
    next_.reset();
    armed_ = counting_ = true;
  } else if (armed_) {
    run_.start = tick - held_;
    counting_ = true;
  }
}

u64 PitCounter::elapsed(u64 tick) const {
  if (!counting_) return held_;
  const Run& now = run(tick);
  return tick < now.start ? 0 : tick - now.start;
}

bool PitCounter::out(u64 tick) const {
  const u64 count = run(tick).count, passed = elapsed(tick);
  switch (mode_) {
    case 0:
      return armed_ && passed >= count;
    case 1:
      return !armed_ || passed >= count;
    case 2:
      return !counting_ || passed % count != count - 1;
    case 3:
      return !counting_ || passed % count < (count + 1) / 2;
    default:
      return !armed_ || passed != count;
  }
}

std::optional<u64> PitCounter::next_rise(u64 tick) const {
  if (!counting_) return std::nullopt;
  const Run& now = run(tick);
  if (periodic()) {
    if (next_ && tick < next_->start) return next_->start;
    if (now.count < 2) return std::nullopt;
    return now.start + (elapsed(tick) / now.count + 1) * now.count;
  }
  const u64 rise = now.start + now.count + (mode_ >= 4);
  return tick < rise ? std::optional<u64>(rise) : std::nullopt;
}

u16 PitCounter::encode(u64 count) const {
  return static_cast<u16>(bcd_ ? to_bcd(static_cast<u32>(count % 10000)) : count);
}

u16 PitCounter::value(u64 tick) const {
  const u64 count = run(tick).count, passed = elapsed(tick);
  if (count == 0) return 0;
  if (mode_ == 2) return encode(count - passed % count);
  if (mode_ != 3) return encode(count + kWrap - passed % kWrap);
  // Mode 3 counts down by two, an odd count from one less; its high half is one pulse longer.
  const u64 high = (count + 1) / 2, place = passed % count;
  return encode((count & ~u64{1}) - 2 * (place < high ? place : place - high));
}

bool PitCounter::null_count(u64 tick) const {
  return reload_ == 0 || tick < run_.start || (next_ && tick < next_->start);
}

void PitCounter::latch_count(u64 tick) {
  if (!latched_) latched_ = value(tick);
}

void PitCounter::latch_status(u64 tick) {
  if (status_) return;
  status_ =
      static_cast<u8>(out(tick) << 7 | null_count(tick) << 6 | access_ << 4 | mode_ << 1 | bcd_);
}

u8 PitCounter::read(u64 tick) {
  if (status_) return *std::exchange(status_, std::nullopt);
  return take(latched_.value_or(value(tick)));
}

/// The byte of `value` whose turn it is; the last one frees the latch.
u8 PitCounter::take(u16 value) {
  const bool high = access_ == kHighByte || high_next_;
  high_next_ = access_ == kBothBytes && !high_next_;
  if (!high_next_) latched_.reset();
  return static_cast<u8>(high ? value >> 8 : value);
}

u64 PitCounter::hash() const {
  u64 hash =
      hash_mix(reload_, mode_ | u64{access_} << 8 | u64{bcd_} << 16 | u64{gate_} << 17 |
                            u64{counting_} << 18 | u64{armed_} << 19 | u64{high_next_} << 20);
  hash = hash_mix(hash, latched_ ? 1 + u64{*latched_} : 0);
  hash = hash_mix(hash, status_ ? 1 + u64{*status_} : 0);
  return hash_mix(hash, low_ ? 1 + u64{*low_} : 0);
}

}  // namespace ringside::devices
