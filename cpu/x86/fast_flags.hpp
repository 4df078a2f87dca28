// Status flags that are computed when somebody looks: an instruction leaves its operands and what
// it did with them. Operands of fewer than 32 bits are shifted to the top, where carry, overflow,
// sign and zero come out as for 32; parity and AF know the shift.
#pragma once

#include "isa/x86/arithmetic.hpp"

namespace ringside::x86::fast {

/// What was done to `a` and `b`. The odd ones are differences a - b but for CF and AF: for them
/// most conditions come out alike. Logic is a subtraction of 0: the flags are the same.
namespace lazy {
enum Base : u32 {
  kReady = 0,      ///< `a` holds the flags themselves
  kSub = 1,        ///< a - b
  kAdd = 2,        ///< a + b
  kIncrement = 3,  ///< a - -1, AF as of a + 1, CF as before
  kDecrement = 5,  ///< a - 1, CF as before
  kShl = 4,        ///< a << 1: the last of the single shifts
  kShr = 6,        ///< a >> 1, unsigned
  kSar = 0x20,     ///< a >> 1, signed
  kProduct = 0x22  ///< `a` is the low half; b is not 0 if it is not all
};
/// Parts of LazyFlags::kind.
inline constexpr u32 kDifference = 1, kBase = 0x27, kShift = 0x18;
}  // namespace lazy

struct LazyFlags {
  u32 a = 0, b = 0;
  u32 kind = lazy::kReady;  ///< a Base and how far operands are shifted: 0, 16 or 24

  u32 base() const { return kind & lazy::kBase; }
  u32 shift() const { return kind & lazy::kShift; }
  bool keeps_carry() const { return base() == lazy::kIncrement || base() == lazy::kDecrement; }
};

/// The status flags as EFLAGS has them. `carry` is what INC and DEC found before them.
[[gnu::noinline]] u32 status_of(LazyFlags flags, LazyFlags carry);

/// After what a condition is looked at, as far as that makes a difference to how it is told.
enum class After : u8 {
  kDifference,  ///< a - b, or for conditions without CF what comes out alike
  kSum,         ///< a + b
  kAny          ///< the flags themselves are made
};
constexpr After after(unsigned condition, u32 kind) {
  const u32 base = kind & lazy::kBase;
  const bool carry = condition / 2 == flags::kB / 2 || condition / 2 == flags::kBe / 2;
  if (condition / 2 == flags::kP / 2) return After::kAny;
  if (carry ? base == lazy::kSub : kind & lazy::kDifference) return After::kDifference;
  return base == lazy::kAdd ? After::kSum : After::kAny;
}

/// Whether a condition (flags::Condition; none of kP and kNp) holds after a - b.
constexpr bool holds_after_sub(unsigned condition, u32 a, u32 b) {
  const bool denied = condition & 1;
  const i32 sa = static_cast<i32>(a), sb = static_cast<i32>(b);
  switch (condition / 2) {
    case flags::kB / 2:
      return (a < b) != denied;
    case flags::kZ / 2:
      return (a == b) != denied;
    case flags::kBe / 2:
      return (a <= b) != denied;
    case flags::kS / 2:
      return (static_cast<i32>(a - b) < 0) != denied;
    case flags::kL / 2:
      return (sa < sb) != denied;
    case flags::kLe / 2:
      return (sa <= sb) != denied;
    default:
      return (((a ^ b) & (a ^ (a - b))) >> 31 != 0) != denied;
  }
}

/// The same after a + b.
constexpr bool holds_after_add(unsigned condition, u32 a, u32 b) {
  const bool denied = condition & 1;
  const u32 sum = a + b;
  const i64 exact = i64{static_cast<i32>(a)} + static_cast<i32>(b);
  switch (condition / 2) {
    case flags::kB / 2:
      return (sum < a) != denied;
    case flags::kZ / 2:
      return (sum == 0) != denied;
    case flags::kBe / 2:
      return (sum < a || sum == 0) != denied;
    case flags::kS / 2:
      return (static_cast<i32>(sum) < 0) != denied;
    case flags::kL / 2:
      return (exact < 0) != denied;
    case flags::kLe / 2:
      return (exact < 0 || sum == 0) != denied;
    default:
      return (exact != static_cast<i32>(sum)) != denied;
  }
}

/// Whether a condition holds, where it is known after what it is looked at.
[[gnu::always_inline]] inline bool holds(After after, unsigned condition, LazyFlags f, LazyFlags carry) {
  if (after == After::kDifference) return holds_after_sub(condition, f.a, f.b);
  if (after == After::kSum) return holds_after_add(condition, f.a, f.b);
  return flags::holds(condition, status_of(f, carry));
}

}  // namespace ringside::x86::fast
