#include "devices/pc/io_apic.hpp"

#include "base/bits.hpp"
#include "base/hash.hpp"

namespace ringside::devices {
namespace {

enum Offset : u32 { kIndex = 0x00, kWindow = 0x10 };
enum Register : u8 { kId = 0, kVersionRegister = 1, kArbitration = 2, kTable = 0x10 };

}  // namespace

u32 IoApic::read(u32 offset) const {
  if (offset == kIndex) return index_;
  return offset == kWindow ? read_register() : 0;
}

void IoApic::write(u32 offset, u32 value) {
  if (offset == kIndex) index_ = static_cast<u8>(value);
  if (offset == kWindow) write_register(value);
}

u32 IoApic::read_register() const {
  if (index_ == kId || index_ == kArbitration) return u32{id_} << 24;
  if (index_ == kVersionRegister) return (kPins - 1) << 16 | kVersion;
  if (index_ < kTable || index_ >= kTable + 2 * kPins) return 0;
  const u64 entry = entries_[(index_ - kTable) / 2];
  return static_cast<u32>(index_ % 2 ? entry >> 32 : entry);
}

void IoApic::write_register(u32 value) {
  if (index_ == kId) id_ = bits(value, 27, 24) & 0xf;
  if (index_ < kTable || index_ >= kTable + 2 * kPins) return;
  u64& entry = entries_[(index_ - kTable) / 2];
  if (index_ % 2) {
    entry = (entry & 0xffff'ffff) | u64{value & 0xff00'0000} << 32;
    return;
  }
  entry = (entry & ~u64{0x1'ffff}) | (entry & kReadOnly) | (value & 0x1'ffff & ~kReadOnly);
  if (!(entry & kLevel)) entry &= ~kRemoteIrr;
}

/// Edges at a masked pin are lost (section 3.2.4, bit 16).
void IoApic::set_line(unsigned pin, bool level) {
  const u32 mask = u32{1} << pin;
  const u64 entry = entries_[pin];
  if (level && !(lines_ & mask) && !(entry & (kMasked | kLevel))) edges_ |= mask;
  lines_ = level ? lines_ | mask : lines_ & ~mask;
}

bool IoApic::sends(unsigned pin) const {
  const u64 entry = entries_[pin];
  if (entry & kMasked) return false;
  return entry & kLevel ? bit(lines_, pin) && !(entry & kRemoteIrr) : bit(edges_, pin);
}

std::optional<InterruptMessage> IoApic::take() {
  for (u32 left = edges_ | lines_; left != 0; left &= left - 1) {
    const unsigned pin = static_cast<unsigned>(std::countr_zero(left));
    if (!sends(pin)) continue;
    edges_ &= ~(u32{1} << pin);
    u64& entry = entries_[pin];
    InterruptMessage message;
    message.vector = static_cast<u8>(entry);
    message.delivery = static_cast<InterruptMessage::Delivery>(entry >> 8 & 7);
    message.logical = entry >> 11 & 1;
    message.destination = static_cast<u8>(entry >> 56);
    message.level = entry & kLevel;
    if (message.level) entry |= kRemoteIrr;
    return message;
  }
  return std::nullopt;
}

void IoApic::end_of_interrupt(u8 vector) {
  for (u64& entry : entries_)
    if ((entry & kLevel) && static_cast<u8>(entry) == vector) entry &= ~kRemoteIrr;
}

u64 IoApic::hash() const {
  u64 hash = hash_mix(lines_, edges_ | u64{index_} << 32 | u64{id_} << 40);
  for (u64 entry : entries_) hash = hash_mix(hash, entry);
  return hash;
}

}  // namespace ringside::devices
