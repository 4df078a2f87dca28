// The date in the clock's registers: binary or BCD, 12 or 24 hours.
#include "devices/pc/cmos.hpp"

namespace ringside::devices {
namespace {

constexpr u64 kDaySeconds = 86'400;
constexpr u64 kFirstYear = 2000;
constexpr u64 kSaturday = 7;  // 2000-01-01; the clock counts from 1, Sunday

bool leap(u64 year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
u64 days_in_year(u64 year) {
  return leap(year) ? 366 : 365;
}
u64 days_in_month(u64 year, u64 month) {
  if (month == 2) return leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

}  // namespace

u8 Cmos::encode(u64 value) const {
  return static_cast<u8>(memory_[kB] & kBinary ? value : value / 10 << 4 | value % 10);
}

u64 Cmos::decode(u8 value) const {
  return memory_[kB] & kBinary ? value : (value >> 4) * 10u + (value & 0xf);
}

u8 Cmos::encode_hour(u64 hour) const {
  if (memory_[kB] & k24Hours) return encode(hour);
  return static_cast<u8>(encode((hour + 11) % 12 + 1) | (hour >= 12 ? 0x80 : 0));
}

u64 Cmos::decode_hour(u8 value) const {
  if (memory_[kB] & k24Hours) return decode(value);
  return decode(value & 0x7f) % 12 + (value & 0x80 ? 12 : 0);
}

/// Puts a date into the registers.
void Cmos::show(u64 seconds) {
  u64 day = seconds / kDaySeconds, year = kFirstYear, month = 1;
  memory_[kWeekday] = encode((day + kSaturday - 1) % 7 + 1);
  for (; day >= days_in_year(year) && year < 9999; ++year) day -= days_in_year(year);
  for (; day >= days_in_month(year, month) && month < 12; ++month)
    day -= days_in_month(year, month);
  memory_[kSecond] = encode(seconds % 60);
  memory_[kMinute] = encode(seconds / 60 % 60);
  memory_[kHour] = encode_hour(seconds / 3600 % 24);
  memory_[kDay] = encode(day + 1);
  memory_[kMonth] = encode(month);
  memory_[kYear] = encode(year % 100);
  memory_[kCentury] = encode(year / 100);
}

/// The date in the registers. What is no date counts on from the last one that is; before 2000 it
/// is 2000.
u64 Cmos::shown() const {
  const u64 year = decode(memory_[kCentury]) * 100 + decode(memory_[kYear]);
  u64 days = 0;
  for (u64 y = kFirstYear; y < year; ++y) days += days_in_year(y);
  for (u64 m = 1; m < decode(memory_[kMonth]) && m < 12; ++m) days += days_in_month(year, m);
  const u64 day = decode(memory_[kDay]);
  days += day == 0 ? 0 : day - 1;
  return days * kDaySeconds + decode_hour(memory_[kHour]) * 3600 + decode(memory_[kMinute]) * 60 +
         decode(memory_[kSecond]);
}

}  // namespace ringside::devices
