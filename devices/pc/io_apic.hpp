// The I/O APIC (Intel data sheet 290566, "82093AA").
#pragma once

#include <array>
#include <optional>

#include "devices/pc/interrupt_message.hpp"

namespace ringside::devices {

/// 24 pins, each with a redirection entry. It cannot send by itself: after each change the owner
/// takes the messages until there is none.
class IoApic {
 public:
  static constexpr u64 kBase = 0xFEC0'0000;
  static constexpr unsigned kPins = 24;
  static constexpr u32 kVersion = 0x11;

  /// Offsets 00h (index) and 10h (window), 32-bit accesses.
  u32 read(u32 offset) const;
  void write(u32 offset, u32 value);

  void set_line(unsigned pin, bool level);

  /// The EOI message of a local APIC: level-triggered entries of that vector may send again.
  void end_of_interrupt(u8 vector);

  /// The next message to deliver.
  std::optional<InterruptMessage> take();

  u64 entry(unsigned pin) const { return entries_[pin]; }
  u64 hash() const;

 private:
  static constexpr u64 kMasked = 1 << 16, kLevel = 1 << 15, kRemoteIrr = 1 << 14;
  static constexpr u64 kReadOnly = kRemoteIrr | 1 << 12;
  u32 read_register() const;
  void write_register(u32 value);
  bool sends(unsigned pin) const;

  u8 index_ = 0, id_ = 0;
  u32 lines_ = 0;  ///< inputs as they are now
  u32 edges_ = 0;  ///< rising edges not yet sent
  std::array<u64, kPins> entries_ = masked();
  static constexpr std::array<u64, kPins> masked() {
    std::array<u64, kPins> entries{};
    entries.fill(kMasked);
    return entries;
  }
};

}  // namespace ringside::devices
