// Segment, system and gate descriptors as they stand in memory (Intel SDM volume 3,
// sections 3.4.5, 3.5 and 5.8.3).
#pragma once

#include "base/bits.hpp"
#include "cpu/x86/state.hpp"

namespace ringside::x86 {

/// Parts of a selector (SDM volume 3, section 3.4.2).
namespace selector {
inline constexpr u16 kRpl = 3, kLocal = 4, kIndex = 0xfff8;
constexpr unsigned rpl(u16 value) {
  return value & kRpl;
}
constexpr bool null(u16 value) {
  return (value & ~kRpl) == 0;
}
/// As it stands in an error code.
constexpr u32 code(u16 value) {
  return value & ~u32{kRpl};
}
}  // namespace selector

/// Types of system descriptors (SDM volume 3, table 3-2).
enum class SystemType : u8 {
  kTss16 = 1,
  kLdt = 2,
  kTss16Busy = 3,
  kCallGate16 = 4,
  kTaskGate = 5,
  kInterruptGate16 = 6,
  kTrapGate16 = 7,
  kTss32 = 9,
  kTss32Busy = 11,
  kCallGate32 = 12,
  kInterruptGate32 = 14,
  kTrapGate32 = 15
};
/// What tells an available TSS from a busy one, and 16-bit system types from 32-bit ones.
inline constexpr u32 kBusy = 2, kType32 = 8;

/// Eight bytes of a descriptor table.
struct Descriptor {
  u32 low = 0, high = 0;
  u32 linear = 0;  ///< where they stand

  u32 access() const { return (high >> 8) & 0xf0ff; }
  unsigned type() const { return bits(high, 11, 8); }
  unsigned dpl() const { return bits(high, 14, 13); }
  bool present() const { return bit(high, 15); }
  u32 base() const { return low >> 16 | (high & 0xff) << 16 | (high & 0xff000000); }
  u32 limit() const {
    const u32 raw = (low & 0xffff) | (high & 0xf0000);
    return bit(high, 23) ? raw << 12 | 0xfff : raw;
  }

  bool is_segment() const { return bit(high, 12); }
  bool is_code() const { return is_segment() && type() & rights::kCode; }
  bool is_conforming() const { return is_code() && type() & rights::kConforming; }
  bool is_readable() const {
    return is_segment() && (!(type() & rights::kCode) || type() & rights::kReadable);
  }
  bool is_writable_data() const {
    return is_segment() && !(type() & rights::kCode) && type() & rights::kWritable;
  }
  bool is_system(SystemType which) const {
    return !is_segment() && type() == static_cast<unsigned>(which);
  }
  bool is_tss() const { return !is_segment() && (type() & 5) == 1; }
  bool is_call_gate() const {
    return is_system(SystemType::kCallGate16) || is_system(SystemType::kCallGate32);
  }
  bool is_interrupt_or_trap_gate() const { return !is_segment() && (type() & 6) == 6; }

  // Of a gate.
  u16 gate_selector() const { return static_cast<u16>(low >> 16); }
  u32 gate_offset() const {
    return is_gate32() ? (low & 0xffff) | (high & 0xffff0000) : low & 0xffff;
  }
  bool is_gate32() const { return type() & kType32; }
  unsigned parameters() const { return high & 0x1f; }

  /// What a segment register holds once this is loaded.
  Segment segment(u16 as_selector) const { return {as_selector, base(), limit(), access()}; }
};

}  // namespace ringside::x86
