#include "devices/pc/cmos.hpp"

#include <algorithm>
#include <utility>

#include "base/hash.hpp"

namespace ringside::devices {
namespace {

constexpr u64 kMiB = 1 << 20, kDaySeconds = 86'400;
constexpr u8 kUpdating = 0x80;     // register A
constexpr u8 kValid = 0x80;        // register D: the battery is good
constexpr u8 kInterrupt = 0x80;    // register C
constexpr u8 kAfternoon = 0x80;    // of the hour in 12-hour mode
constexpr u64 kUpdateWarning = 8;  // ticks, 244 us, that UIP is up before the update

/// Bytes 2 n and 2 n + 1 of a size, low byte first.
void put(std::array<u8, 128>& memory, u8 at, u64 value) {
  const u64 size = std::min<u64>(value, 0xffff);
  memory[at] = static_cast<u8>(size);
  memory[at + 1u] = static_cast<u8>(size >> 8);
}

}  // namespace

/// Sizes as the AT's BIOS leaves them: KiB below and above 1 MiB, 64 KiB blocks above 16 MiB.
Cmos::Cmos(u64 ram_bytes) {
  memory_[kA] = 0x26;  // 32768 Hz time base, periodic rate 1024 Hz
  memory_[kB] = k24Hours;
  memory_[kD] = kValid;
  memory_[0x14] = 0x06;  // equipment: coprocessor socket, 80-column display
  put(memory_, 0x15, 640);
  const u64 above = ram_bytes > kMiB ? ram_bytes - kMiB : 0;
  put(memory_, 0x17, above / 1024);
  put(memory_, 0x30, above / 1024);
  put(memory_, 0x34, ram_bytes > 16 * kMiB ? (ram_bytes - 16 * kMiB) / 0x10000 : 0);
}

bool Cmos::is_time(u8 index) {
  return index == kSecond || index == kMinute || index == kHour ||
         (index >= kWeekday && index <= kYear) || index == kCentury;
}

u64 Cmos::seconds(u64 tick) const {
  return memory_[kB] & kSet ? base_ : base_ + (tick - base_tick_) / kHz;
}

u8 Cmos::read(u64 tick) {
  advance(tick);
  if (index_ == kC) return std::exchange(memory_[kC], u8{0});
  if (is_time(index_) && !(memory_[kB] & kSet)) show(seconds(tick));
  if (index_ != kA) return memory_[index_];
  const bool soon = (tick - base_tick_) % kHz >= kHz - kUpdateWarning;
  return memory_[kA] | (soon && !(memory_[kB] & kSet) ? kUpdating : 0);
}

void Cmos::write(u8 value, u64 tick) {
  advance(tick);
  if (index_ == kC || index_ == kD) return;
  const bool stopped = memory_[kB] & kSet;
  if (!stopped) show(seconds(tick));
  memory_[index_] = index_ == kA ? value & 0x7f : value;
  if (index_ == kB && (value & kSet)) {
    base_ = shown();
  } else if (is_time(index_) ? !stopped : index_ == kB && stopped) {
    base_ = shown();  // The clock goes on from what the registers say.
    base_tick_ = tick;
  }
  memory_[kC] = static_cast<u8>((flags() & kEvents) | (interrupt() ? kInterrupt : 0));
}

/// Ticks between two periodic events; 0 for none. Rates 1 and 2 stand for 8 and 9 (table 5).
u64 Cmos::period() const {
  const unsigned rate = memory_[kA] & 0xf;
  if (rate == 0) return 0;
  return u64{1} << (rate <= 2 ? rate + 6 : rate - 1);
}

std::optional<u64> Cmos::next_event(u64 tick) const {
  std::optional<u64> next;
  const u8 enabled = memory_[kB];
  if ((enabled & kPeriodic) && period() != 0) next = (tick / period() + 1) * period();
  if ((enabled & (kAlarm | kUpdate)) && !(enabled & kSet)) {
    const u64 second = base_tick_ + ((tick - base_tick_) / kHz + 1) * kHz;
    next = std::min(next.value_or(second), second);
  }
  return next;
}

void Cmos::advance(u64 tick) {
  u8 events = 0;
  if (period() != 0 && tick / period() != seen_ / period()) events |= kPeriodic;
  const u64 from = std::max(seen_, base_tick_);
  if (!(memory_[kB] & kSet) && seconds(tick) != seconds(from)) {
    events |= kUpdate;
    if (alarm_between(seconds(from), seconds(tick))) events |= kAlarm;
  }
  seen_ = tick;
  memory_[kC] |= events;
  if (interrupt()) memory_[kC] |= kInterrupt;
}

/// Whether the alarm's time comes after second `from` and up to `to`; a byte from C0h to FFh
/// matches always.
bool Cmos::alarm_between(u64 from, u64 to) const {
  const auto matches = [](u8 alarm, u8 value) { return alarm >= 0xc0 || alarm == value; };
  for (u64 second = to - std::min(to - from, kDaySeconds) + 1; second <= to; ++second)
    if (matches(memory_[kSecondAlarm], encode(second % 60)) &&
        matches(memory_[kMinuteAlarm], encode(second / 60 % 60)) &&
        matches(memory_[kHourAlarm], encode_hour(second / 3600 % 24)))
      return true;
  return false;
}

u64 Cmos::hash() const {
  auto still = memory_;
  for (u8 i = 0; i < still.size(); ++i)
    if (is_time(i) || i == kC) still[i] = 0;
  return hash_mix(hash_bytes(still.data(), still.size()), index_);
}

}  // namespace ringside::devices
