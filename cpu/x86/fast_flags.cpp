#include "cpu/x86/fast_flags.hpp"

namespace ringside::x86::fast {

namespace {

constexpr u32 kOfLowByte = flag::kPf | flag::kAf;

// PF and AF come from the lowest byte, the others from the top.
u32 joined(u32 of_all, u32 of_low_byte) {
  return (of_all & ~kOfLowByte) | (of_low_byte & kOfLowByte);
}

u32 after_add(u32 a, u32 b, u32 shift) {
  const u8 low_a = static_cast<u8>(a >> shift), low_b = static_cast<u8>(b >> shift);
  return joined(flags::add(a, b).flags, flags::add(low_a, low_b).flags);
}

u32 after_sub(u32 a, u32 b, u32 shift) {
  const u8 low_a = static_cast<u8>(a >> shift), low_b = static_cast<u8>(b >> shift);
  return joined(flags::sub(a, b).flags, flags::sub(low_a, low_b).flags);
}

// Those of an instruction that sets all of them, or all but CF.
u32 set_by(const LazyFlags& f) {
  switch (f.base()) {
    case lazy::kSub:
      return after_sub(f.a, f.b, f.shift());
    case lazy::kAdd:
      return after_add(f.a, f.b, f.shift());
    case lazy::kIncrement:
      return after_add(f.a, 1u << f.shift(), f.shift());
    case lazy::kDecrement:
      return after_sub(f.a, 1u << f.shift(), f.shift());
    case lazy::kShl:
      return flags::shl(f.a, 1).flags;
    case lazy::kShr:
      return flags::shr(f.a, 1).flags;
    case lazy::kProduct:
      return flags::of_value(f.a) | flags::when(f.b, flag::kCf | flag::kOf);
    case lazy::kSar:
      return flags::sar(f.a, 1).flags;
    default:
      return f.a;
  }
}

}  // namespace

u32 status_of(LazyFlags flags, LazyFlags carry) {
  const u32 status = set_by(flags);
  if (!flags.keeps_carry()) return status;
  return (status & ~flag::kCf) | (set_by(carry) & flag::kCf);
}

}  // namespace ringside::x86::fast
