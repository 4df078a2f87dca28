// The instruction table: arithmetic, logic, shifts, bits and flags.
#pragma once

#include <bit>

#include "isa/x86/rows/common.hpp"

namespace ringside::x86::rows {

// d := f(d, s), flags set by the view's arithmetic.
constexpr auto binary(auto f) {
  return [f](auto& m, auto d, auto s) { d.update([&](auto a) { return f(m, a, s.get()); }); };
}
constexpr auto unary(auto f) {
  return [f](auto& m, auto d) { d.update([&](auto a) { return f(m, a); }); };
}
constexpr auto double_shift(auto f) {
  return [f](auto& m, auto d, auto s, auto count) {
    d.update([&](auto a) { return f(m, a, s.get(), count.get()); });
  };
}

/// One of BT, BTS, BTR, BTC. A register counts bits from the operand on, over all of memory; decode
/// has cut an immediate to the operand's width.
constexpr auto bit_test(auto f) {
  return [f](auto& m, auto d, auto s) {
    using T = ValueOf<decltype(d)>;
    constexpr unsigned kBits = flags::kBits<T>;
    const auto units = static_cast<SignedOf<decltype(d)>>(s.get()) >> std::countr_zero(kBits);
    const T bit = static_cast<T>(T{1} << (s.get() & (kBits - 1)));
    f(d.displaced(static_cast<u32>(units) * sizeof(T)), [&m, bit](T a) {
      m.set_flags(flag::kCf, flags::when(a & bit, flag::kCf));
      return bit;
    });
  };
}
constexpr auto change_bit(auto f) {
  return bit_test([f](auto d, auto test) {
    d.update([&](auto a) { return static_cast<decltype(a)>(f(a, test(a))); });
  });
}

/// BSF and BSR. Of 0 they leave the destination as it is, which the SDM calls undefined and all
/// CPUs do.
constexpr auto bit_scan(auto find) {
  return [find](auto& m, auto d, auto s) {
    using T = ValueOf<decltype(d)>;
    const T value = s.get();
    m.template test<T>(value, value);
    if (value) d.set(static_cast<T>(find(value)));
  };
}

/// MUL and IMUL of one operand: AX, DX:AX or EDX:EAX := accumulator * s.
constexpr auto multiply(auto f) {
  return [f](auto& m, auto s) {
    using T = ValueOf<decltype(s)>;
    const auto product = f(m, m.template reg<T>(kEax), s.get());
    if constexpr (sizeof(T) == 1) return m.template set_reg<u16>(kEax, product);
    m.template set_reg<T>(kEax, static_cast<T>(product));
    m.template set_reg<T>(kEdx, static_cast<T>(product >> (flags::kBits<T> % 64)));
  };
}
constexpr auto signed_product = [](auto& m, auto a, auto b) {
  return static_cast<decltype(a)>(m.template imul<decltype(a)>(a, b));
};

/// The dividend that DIV and IDIV take from AX, DX:AX or EDX:EAX, zero-extended.
template <class T>
constexpr u64 dividend(auto& m) {
  if constexpr (sizeof(T) == 1) return m.template reg<u16>(kEax);
  return u64{m.template reg<T>(kEdx)} << flags::kBits<T> | m.template reg<T>(kEax);
}
template <class T>
constexpr void leave_quotient(auto& m, T quotient, T remainder) {
  if constexpr (sizeof(T) == 1)
    return m.template set_reg<u16>(kEax, static_cast<u16>(remainder << 8 | quotient));
  m.template set_reg<T>(kEax, quotient);
  m.template set_reg<T>(kEdx, remainder);
}

// Divisions leave the flags, which the SDM calls undefined.
constexpr auto divide = [](auto& m, auto s) {
  using T = ValueOf<decltype(s)>;
  const u64 from = dividend<T>(m), by = s.get();
  if (by == 0 || from / by > std::numeric_limits<T>::max()) return m.fault(kDe);
  leave_quotient(m, static_cast<T>(from / by), static_cast<T>(from % by));
};
constexpr auto divide_signed = [](auto& m, auto s) {
  using T = ValueOf<decltype(s)>;
  using Signed = std::make_signed_t<T>;
  constexpr unsigned kSpare = 64 - 2 * flags::kBits<T>;
  const i64 from = static_cast<i64>(dividend<T>(m) << kSpare) >> kSpare;
  const i64 by = static_cast<Signed>(s.get());
  if (by == 0 || (by == -1 && from == std::numeric_limits<i64>::min())) return m.fault(kDe);
  if (from / by != static_cast<Signed>(from / by)) return m.fault(kDe);
  leave_quotient(m, static_cast<T>(from / by), static_cast<T>(from % by));
};

constexpr auto compare_exchange = [](auto& m, auto d, auto s) {
  using T = ValueOf<decltype(d)>;
  const T expected = m.template reg<T>(kEax);
  T found{};
  // Memory is written in any case: back with what was there (SDM volume 2, CMPXCHG).
  d.update([&](T a) {
    found = a;
    m.template cmp<T>(expected, a);
    return a == expected ? s.get() : a;
  });
  if (found != expected) m.template set_reg<T>(kEax, found);
};
constexpr auto compare_exchange_8_bytes = [](auto& m, auto d) {
  const Seg segment = d.segment();
  const u32 low_at = d.offset(), high_at = d.displaced(4).offset();
  const u32 low = m.template load_for_update<u32>(segment, low_at);
  const u32 high = m.template load_for_update<u32>(segment, high_at);
  const bool equal = low == m.r(kEax) && high == m.r(kEdx);
  m.template store<u32>(segment, low_at, equal ? m.r(kEbx) : low);
  m.template store<u32>(segment, high_at, equal ? m.r(kEcx) : high);
  m.set_flags(flag::kZf, flags::when(equal, flag::kZf));
  if (equal) return;
  m.set_r(kEax, low);
  m.set_r(kEdx, high);
};

// Adjustments of decimal digits in AL (SDM volume 2, DAA and the like). Flags that it calls
// undefined: OF is 0; AAA and AAS set SF, ZF and PF as of AL.
constexpr auto decimal_adjust = [](auto f) {
  return [f](auto& m) {
    const u8 al = m.template reg<u8>(kEax);
    const bool carry = m.carry();
    const bool low = (al & 0xf) > 9 || (m.eflags() & flag::kAf), high = al > 0x99 || carry;
    const u8 value = static_cast<u8>(f(al, (low ? 6 : 0) + (high ? 0x60 : 0)));
    const bool borrow = low && f(0, 1) < 0 && al < 6;
    m.template set_reg<u8>(kEax, value);
    m.set_flags(flag::kStatus, flags::of_value(value) | flags::when(low, flag::kAf) |
                                   flags::when(high || borrow, flag::kCf));
  };
};
constexpr auto ascii_adjust = [](auto f) {
  return [f](auto& m) {
    const u16 ax = m.template reg<u16>(kEax);
    const bool adjust = (ax & 0xf) > 9 || (m.eflags() & flag::kAf);
    const u16 adjusted = static_cast<u16>((adjust ? f(ax, 0x106) : ax) & 0xff0f);
    m.template set_reg<u16>(kEax, adjusted);
    m.set_flags(flag::kStatus, flags::of_value(static_cast<u8>(adjusted)) |
                                   flags::when(adjust, flag::kAf | flag::kCf));
  };
};
constexpr auto plus = [](int a, int b) { return a + b; };
constexpr auto minus = [](int a, int b) { return a - b; };

/// Sets, clears or toggles one flag.
constexpr auto flag_operation(u32 which, auto f) {
  return [which, f](auto& m) { m.set_flags(which, f(m.eflags()) & which); };
}
constexpr u32 kInAh = flag::kStatus & ~flag::kOf;

// clang-format off
constexpr FlagUse carry_too{flag::kCf, flag::kStatus}, keeps_carry{0, flag::kStatus & ~flag::kCf};
constexpr FlagUse carry_only{0, flag::kCf}, zero_only{0, flag::kZf};

inline constexpr auto kArithmetic = pack(
  Row{"add", Shape<Any, Any>{}, kAlu, sets_all,  binary([](auto& m, auto a, auto b) { return m.add(a, b); })},
  Row{"or",  Shape<Any, Any>{}, kAlu, sets_all,  binary([](auto& m, auto a, auto b) { return m.bor(a, b); })},
  Row{"adc", Shape<Any, Any>{}, kAlu, carry_too, binary([](auto& m, auto a, auto b) { return m.adc(a, b); })},
  Row{"sbb", Shape<Any, Any>{}, kAlu, carry_too, binary([](auto& m, auto a, auto b) { return m.sbb(a, b); })},
  Row{"and", Shape<Any, Any>{}, kAlu, sets_all,  binary([](auto& m, auto a, auto b) { return m.band(a, b); })},
  Row{"sub", Shape<Any, Any>{}, kAlu, sets_all,  binary([](auto& m, auto a, auto b) { return m.sub(a, b); })},
  Row{"xor", Shape<Any, Any>{}, kAlu, sets_all,  binary([](auto& m, auto a, auto b) { return m.bxor(a, b); })},
  Row{"cmp", Shape<Any, Any>{}, kAlu, sets_all,  [](auto& m, auto a, auto b) { m.cmp(a.get(), b.get()); }},
  Row{"test",Shape<Any, Any>{}, kAlu, sets_all,  [](auto& m, auto a, auto b) { m.test(a.get(), b.get()); }},
  Row{"inc", Shape<Any>{}, kAlu, keeps_carry, unary([](auto& m, auto a) { return m.inc(a); })},
  Row{"dec", Shape<Any>{}, kAlu, keeps_carry, unary([](auto& m, auto a) { return m.dec(a); })},
  Row{"neg", Shape<Any>{}, kAlu, sets_all,    unary([](auto& m, auto a) { return m.neg(a); })},
  Row{"not", Shape<Any>{}, kAlu, no_flags,    unary([](auto&, auto a) { return static_cast<decltype(a)>(~a); })},

  Row{"mul",   Shape<Any>{}, kMultiply, sets_all, multiply([](auto& m, auto a, auto b) { return m.mul(a, b); })},
  Row{"imul",  Shape<Any>{}, kMultiply, sets_all, multiply([](auto& m, auto a, auto b) { return m.imul(a, b); })},
  Row{"imul_two",   Shape<V, V>{},    kMultiply, sets_all, [](auto& m, auto d, auto s) { d.set(signed_product(m, d.get(), s.get())); }},
  Row{"imul_three", Shape<V, V, V>{}, kMultiply, sets_all, [](auto& m, auto d, auto a, auto b) { d.set(signed_product(m, a.get(), b.get())); }},
  Row{"div",   Shape<Any>{}, kDivide, no_flags, divide},
  Row{"idiv",  Shape<Any>{}, kDivide, no_flags, divide_signed},

  Row{"rol", Shape<Any, B>{}, kAlu, may_set, binary([](auto& m, auto a, u8 n) { return m.rol(a, n); })},
  Row{"ror", Shape<Any, B>{}, kAlu, may_set, binary([](auto& m, auto a, u8 n) { return m.ror(a, n); })},
  Row{"rcl", Shape<Any, B>{}, kAlu, may_set, binary([](auto& m, auto a, u8 n) { return m.rcl(a, n); })},
  Row{"rcr", Shape<Any, B>{}, kAlu, may_set, binary([](auto& m, auto a, u8 n) { return m.rcr(a, n); })},
  Row{"shl", Shape<Any, B>{}, kAlu, may_set, binary([](auto& m, auto a, u8 n) { return m.shl(a, n); })},
  Row{"shr", Shape<Any, B>{}, kAlu, may_set, binary([](auto& m, auto a, u8 n) { return m.shr(a, n); })},
  Row{"sar", Shape<Any, B>{}, kAlu, may_set, binary([](auto& m, auto a, u8 n) { return m.sar(a, n); })},
  Row{"shld", Shape<V, V, B>{}, kAlu, may_set, double_shift([](auto& m, auto a, auto b, u8 n) { return m.shld(a, b, n); })},
  Row{"shrd", Shape<V, V, B>{}, kAlu, may_set, double_shift([](auto& m, auto a, auto b, u8 n) { return m.shrd(a, b, n); })},

  Row{"bt",  Shape<V, V>{}, kAlu, carry_only, bit_test([](auto d, auto test) { test(d.get()); })},
  Row{"bts", Shape<V, V>{}, kAlu, carry_only, change_bit([](auto a, auto bit) { return a | bit; })},
  Row{"btr", Shape<V, V>{}, kAlu, carry_only, change_bit([](auto a, auto bit) { return a & ~bit; })},
  Row{"btc", Shape<V, V>{}, kAlu, carry_only, change_bit([](auto a, auto bit) { return a ^ bit; })},
  Row{"bsf", Shape<V, V>{}, kAlu, sets_all, bit_scan([](auto a) { return std::countr_zero(a); })},
  Row{"bsr", Shape<V, V>{}, kAlu, sets_all, bit_scan([](auto a) { return std::bit_width(a) - 1; })},
  Row{"cmpxchg",   Shape<Any, Any>{}, kAlu, sets_all, compare_exchange},
  Row{"cmpxchg8b", Shape<D>{}, kAlu, zero_only, compare_exchange_8_bytes, kPentium},
  Row{"xadd", Shape<Any, Any>{}, kAlu, sets_all, [](auto& m, auto d, auto s) {
    d.update([&](auto a) { const auto sum = m.add(a, s.get()); s.set(a); return sum; }); }},

  Row{"clc", Shape<>{}, kAlu, carry_only, flag_operation(flag::kCf, [](u32) { return u32{0}; })},
  Row{"stc", Shape<>{}, kAlu, carry_only, flag_operation(flag::kCf, [](u32) { return flag::kCf; })},
  Row{"cmc", Shape<>{}, kAlu, FlagUse{flag::kCf, flag::kCf}, flag_operation(flag::kCf, [](u32 old) { return ~old; })},
  Row{"cld", Shape<>{}, kAlu, no_flags, flag_operation(flag::kDf, [](u32) { return u32{0}; })},
  Row{"std", Shape<>{}, kAlu, no_flags, flag_operation(flag::kDf, [](u32) { return flag::kDf; })},
  Row{"lahf", Shape<>{}, kAlu, FlagUse{kInAh, 0}, [](auto& m) { m.template set_reg<u8>(4, static_cast<u8>((m.eflags() & kInAh) | flag::kOne)); }},
  Row{"sahf", Shape<>{}, kAlu, FlagUse{0, kInAh}, [](auto& m) { m.set_flags(kInAh, m.template reg<u8>(4) & kInAh); }},
  Row{"salc", Shape<>{}, kAlu, FlagUse{flag::kCf, 0}, [](auto& m) { m.template set_reg<u8>(kEax, m.carry() ? 0xff : 0); }},

  Row{"daa", Shape<>{}, kAlu, FlagUse{flag::kCf | flag::kAf, flag::kStatus}, decimal_adjust(plus)},
  Row{"das", Shape<>{}, kAlu, FlagUse{flag::kCf | flag::kAf, flag::kStatus}, decimal_adjust(minus)},
  Row{"aaa", Shape<>{}, kAlu, FlagUse{flag::kAf, flag::kStatus}, ascii_adjust(plus)},
  Row{"aas", Shape<>{}, kAlu, FlagUse{flag::kAf, flag::kStatus}, ascii_adjust(minus)},
  Row{"aam", Shape<B>{}, kDivide, sets_all, [](auto& m, auto base) {
    if (base.get() == 0) return m.fault(kDe);
    const u8 al = m.template reg<u8>(kEax);
    m.template set_reg<u16>(kEax, static_cast<u16>(al / base.get() << 8 | al % base.get()));
    m.set_flags(flag::kStatus, flags::of_value(static_cast<u8>(al % base.get()))); }},
  Row{"aad", Shape<B>{}, kMultiply, sets_all, [](auto& m, auto base) {
    const u8 al = static_cast<u8>(m.template reg<u8>(kEax) + m.template reg<u8>(4) * base.get());
    m.template set_reg<u16>(kEax, al);
    m.set_flags(flag::kStatus, flags::of_value(al)); }});
// clang-format on

}  // namespace ringside::x86::rows
