// What the parts of the instruction table share.
#pragma once

#include "isa/x86/flags.hpp"
#include "isa/x86/row.hpp"
#include "isa/x86/rows/pack.hpp"

namespace ringside::x86::rows {

using enum Kind;
using enum Model;
using enum InUser;

template <class Accessor>
using ValueOf = typename Accessor::Value;
template <class T>
using SignedOf = std::make_signed_t<ValueOf<T>>;

constexpr FlagUse no_flags{};
constexpr FlagUse sets_all{0, flag::kStatus};
/// What changes flags, or some of them, or none: all of them live on.
constexpr FlagUse may_set{flag::kStatus, 0};

constexpr Sensitivity innocuous{}, control{.control = true}, mode{.mode = true};
constexpr Sensitivity location{.mode = true, .location = true}, timed{.time = true};
constexpr Sensitivity control_mode{.control = true, .mode = true}, mode_time{.mode = true, .time = true};

/// The part of a 32-bit register that an address size uses.
constexpr u32 address_mask(const Instruction& i) {
  return i.address_size == 2 ? 0xffff : ~u32{0};
}

/// Adds to ESI, EDI or ECX, or to its low word under 16-bit addresses; returns the new value.
constexpr u32 add_to(auto& m, const Instruction& i, unsigned number, u32 amount) {
  const u32 mask = address_mask(i);
  const u32 sum = (m.r(number) + amount) & mask;
  m.set_r(number, (m.r(number) & ~mask) | sum);
  return sum;
}

/// A meaning that only CPL 0 reaches; others get #GP(0) before anything else happens.
constexpr auto privileged(auto meaning) {
  return [meaning](auto& m, auto&&... arguments) {
    if (m.supervisor_only()) meaning(m, arguments...);
  };
}

}  // namespace ringside::x86::rows
