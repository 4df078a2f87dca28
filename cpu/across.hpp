// Accesses over a page boundary, for whoever executes loads and stores: the hardware through its MMU, the
// VMM through the guest's tables.
#pragma once

#include <optional>

#include "cpu/state.hpp"

namespace ringside::cpu {

/// Bytes of an access at gva that lie in its first page.
constexpr u32 bytes_in_first_page(u32 gva) {
  return kPageSize - (gva & kPageMask);
}

/// Loads or stores `value` byte by byte, once both pages are known to allow it, the lower one first. It works
/// in RAM only, since a device's registers do not straddle pages. The machine's part, with places in its own
/// memory of type Address:
///   std::optional<Trap> translate(u32 gva, Access, Address&)
///   bool in_ram(Address)
///   void move_byte(u32 gva, Address, u32& byte)
template <class Address>
std::optional<Trap> access_across(u32 gva, unsigned bytes, u32& value, Access access,
                                  auto translate, auto in_ram, auto move_byte) {
  const u32 first = bytes_in_first_page(gva);
  Address low, high;
  if (const auto trap = translate(gva, access, low)) return trap;
  if (!in_ram(low)) return Trap{zisa::access_fault(access), gva};
  if (const auto trap = translate(gva + first, access, high)) return trap;
  if (!in_ram(high)) return Trap{zisa::access_fault(access), gva + first};
  u32 moved = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    u32 byte = (value >> (8 * i)) & 0xff;
    move_byte(gva + i, i < first ? low + i : high + (i - first), byte);
    moved |= byte << (8 * i);
  }
  if (access == Access::kLoad) value = moved;
  return std::nullopt;
}

}  // namespace ringside::cpu
