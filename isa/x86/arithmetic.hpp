// Arithmetic that sets flags, for a view to inherit. It asks of the view `u32 eflags()` and
// `set_flags(mask, bits)`; a view that computes flags only when somebody looks replaces it.
#pragma once

#include "isa/x86/flags.hpp"

namespace ringside::x86 {

template <class Self>
struct Arithmetic {
  template <class T>
  T add(T a, T b) {
    return leave(flag::kStatus, flags::add(a, b));
  }
  template <class T>
  T adc(T a, T b) {
    return leave(flag::kStatus, flags::add(a, b, carry()));
  }
  template <class T>
  T sub(T a, T b) {
    return leave(flag::kStatus, flags::sub(a, b));
  }
  template <class T>
  T sbb(T a, T b) {
    return leave(flag::kStatus, flags::sub(a, b, carry()));
  }
  template <class T>
  void cmp(T a, T b) {
    sub(a, b);
  }
  template <class T>
  T neg(T a) {
    return sub(T{0}, a);
  }
  template <class T>
  T inc(T a) {
    return leave(flag::kStatus & ~flag::kCf, flags::add(a, T{1}));
  }
  template <class T>
  T dec(T a) {
    return leave(flag::kStatus & ~flag::kCf, flags::sub(a, T{1}));
  }

  template <class T>
  T band(T a, T b) {
    return logic<T>(a & b);
  }
  template <class T>
  T bor(T a, T b) {
    return logic<T>(a | b);
  }
  template <class T>
  T bxor(T a, T b) {
    return logic<T>(a ^ b);
  }
  template <class T>
  void test(T a, T b) {
    logic<T>(a & b);
  }

  // A shift or rotation by 0 changes no flag; of the count five bits are looked at.
  template <class T>
  T shl(T a, u8 count) {
    return shift(a, count, flags::shl<T>);
  }
  template <class T>
  T shr(T a, u8 count) {
    return shift(a, count, flags::shr<T>);
  }
  template <class T>
  T sar(T a, u8 count) {
    return shift(a, count, flags::sar<T>);
  }
  template <class T>
  T shld(T a, T b, u8 count) {
    return shift(a, count, [b](T x, unsigned n) { return flags::shld(x, b, n); });
  }
  template <class T>
  T shrd(T a, T b, u8 count) {
    return shift(a, count, [b](T x, unsigned n) { return flags::shrd(x, b, n); });
  }
  template <class T>
  T rol(T a, u8 count) {
    return rotate(a, count & 31, flags::rol<T>);
  }
  template <class T>
  T ror(T a, u8 count) {
    return rotate(a, count & 31, flags::ror<T>);
  }
  template <class T>
  T rcl(T a, u8 count) {
    return rotate_carry(a, count, flags::rcl<T>);
  }
  template <class T>
  T rcr(T a, u8 count) {
    return rotate_carry(a, count, flags::rcr<T>);
  }

  template <class T>
  flags::Wide<T> mul(T a, T b) {
    return leave(flag::kStatus, flags::mul(a, b));
  }
  template <class T>
  flags::Wide<T> imul(T a, T b) {
    return leave(flag::kStatus, flags::imul(a, b));
  }

  bool condition(unsigned which) { return flags::holds(which, self().eflags()); }
  bool carry() { return self().eflags() & flag::kCf; }

 private:
  Self& self() { return static_cast<Self&>(*this); }
  template <class T>
  T leave(u32 mask, flags::Result<T> result) {
    self().set_flags(mask, result.flags);
    return result.value;
  }
  template <class T>
  T logic(T value) {
    return leave(flag::kStatus, flags::logic(value));
  }
  template <class T, class F>
  T shift(T a, u8 count, F f) {
    return count & 31 ? leave(flag::kStatus, f(a, count & 31u)) : a;
  }
  template <class T, class F>
  T rotate(T a, unsigned count, F f) {
    return count ? leave(flag::kCf | flag::kOf, f(a, count)) : a;
  }
  template <class T, class F>
  T rotate_carry(T a, u8 count, F f) {
    const bool in = carry();
    return rotate(a, (count & 31) % (flags::kBits<T> + 1),
                  [&](T x, unsigned n) { return f(x, in, n); });
  }
};

}  // namespace ringside::x86
