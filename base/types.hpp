// Addresses and times as types of their own, so that a guest-virtual address cannot be
// handed to something that wants a host-physical one.
#pragma once

#include <compare>
#include <cstdint>

namespace ringside {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i8 = std::int8_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

/// Size and shift of a page, in bytes and bits; the same for guests and host.
inline constexpr u32 kPageShift = 12;
inline constexpr u32 kPageSize = 1u << kPageShift;
inline constexpr u32 kPageMask = kPageSize - 1;

/// A number in one address space; Tag tells the spaces apart. `v` is in bytes.
template <class Tag, class Rep>
struct Address {
  Rep v = 0;
  constexpr auto operator<=>(const Address&) const = default;
  constexpr Address operator+(Rep bytes) const { return {static_cast<Rep>(v + bytes)}; }
  constexpr Rep page() const { return v >> kPageShift; }
  constexpr u32 offset() const { return static_cast<u32>(v & kPageMask); }
  constexpr Address page_base() const { return {static_cast<Rep>(v & ~Rep{kPageMask})}; }
};

/// Guest-virtual: what guest code computes with. 32 bits on both ISAs.
using Gva = Address<struct GvaTag, u32>;
/// Guest-physical: what the guest takes for physical. Z-ISA has 34 bits of it.
using Gpa = Address<struct GpaTag, u64>;
/// Host-physical: what the simulated hardware puts on its bus. On bare metal the same number as
/// the Gpa.
using Hpa = Address<struct HpaTag, u64>;

/// Simulated CPU cycles.
using Cycles = u64;

/// What an access wants to do; the order is that of the X, R, W fault causes in the tables.
enum class Access : u8 { kFetch, kLoad, kStore };

}  // namespace ringside
