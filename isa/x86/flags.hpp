// The arithmetic of x86: results and status flags as pure functions of their operands (SDM volume
// 1, section 3.4.3.1; volume 2 for each instruction).
//
// Where the SDM calls a flag undefined, these leave what most CPUs leave; it is the same in every
// run:
//   AF after logic, shifts, multiplications, BSF and BSR   0
//   OF after shifts by more than one                       as if the last of single shifts had set
//   it SF, ZF, PF after multiplications                       those of the low half CF, OF, SF, PF
//   after BSF and BSR                       those of a TEST of the source
#pragma once

#include <bit>
#include <limits>
#include <type_traits>

#include "isa/x86/registers.hpp"

namespace ringside::x86::flags {

/// What an operation leaves: its value, and flags by their bits of EFLAGS.
template <class T>
struct Result {
  T value;
  u32 flags;
};

template <class T>
inline constexpr unsigned kBits = sizeof(T) * 8;

constexpr u32 when(bool condition, u32 bits) {
  return condition ? bits : 0;
}

template <class T>
constexpr bool sign(T value) {
  return (value >> (kBits<T> - 1)) & 1;
}

/// Whether a byte has an even number of ones: without a call, which std::popcount is on older hosts.
constexpr bool even_parity(u8 value) {
  constexpr unsigned kOddNibbles = 0x6996;
  return !(kOddNibbles >> ((value ^ value >> 4) & 15) & 1);
}

/// SF, ZF and PF of a result.
template <class T>
constexpr u32 of_value(T value) {
  const bool even = even_parity(static_cast<u8>(value));
  return when(sign(value), flag::kSf) | when(value == 0, flag::kZf) | when(even, flag::kPf);
}

template <class T>
constexpr Result<T> add(T a, T b, bool carry = false) {
  const u64 sum = u64{a} + b + carry;
  const T value = static_cast<T>(sum);
  const bool overflow = sign(static_cast<T>((a ^ value) & (b ^ value)));
  return {value, of_value(value) | when(sum >> kBits<T>, flag::kCf) | when(overflow, flag::kOf) |
                     ((a ^ b ^ value) & flag::kAf)};
}

template <class T>
constexpr Result<T> sub(T a, T b, bool borrow = false) {
  const T value = static_cast<T>(a - b - borrow);
  const bool overflow = sign(static_cast<T>((a ^ b) & (a ^ value)));
  return {value, of_value(value) | when(u64{a} < u64{b} + borrow, flag::kCf) |
                     when(overflow, flag::kOf) | ((a ^ b ^ value) & flag::kAf)};
}

/// AND, OR, XOR and TEST.
template <class T>
constexpr Result<T> logic(T value) {
  return {value, of_value(value)};
}

/// The end of a shift by one more: `before` is the value one step earlier.
template <class T>
constexpr Result<T> shifted(T before, T value, bool carry) {
  return {value, of_value(value) | when(carry, flag::kCf) |
                     when(sign(static_cast<T>(before ^ value)), flag::kOf)};
}

/// Shifts by 1 to 31 bits.
template <class T>
constexpr Result<T> shl(T a, unsigned count) {
  const u64 before = u64{a} << (count - 1);
  return shifted(static_cast<T>(before), static_cast<T>(before << 1), sign(static_cast<T>(before)));
}
template <class T>
constexpr Result<T> shr(T a, unsigned count) {
  const u32 before = u32{a} >> (count - 1);
  return shifted(static_cast<T>(before), static_cast<T>(before >> 1), before & 1);
}
template <class T>
constexpr Result<T> sar(T a, unsigned count) {
  const i32 before = i32{static_cast<std::make_signed_t<T>>(a)} >> (count - 1);
  return shifted(static_cast<T>(before), static_cast<T>(before >> 1), before & 1);
}

/// SHLD by 1 to 31 bits. A word shifts out of a:b:a, so that counts above 16, undefined by the SDM,
/// have a meaning.
template <class T>
constexpr Result<T> shld(T a, T b, unsigned count) {
  const u64 pair = sizeof(T) == 2 ? u64{a} << 48 | u64{b} << 32 | u64{a} << 16 : u64{a} << 32 | b;
  constexpr unsigned kDown = 64 - kBits<T>;
  const T before = static_cast<T>((pair << (count - 1)) >> kDown);
  return shifted(before, static_cast<T>((pair << count) >> kDown), sign(before));
}
template <class T>
constexpr Result<T> shrd(T a, T b, unsigned count) {
  const u64 pair = sizeof(T) == 2 ? u64{a} << 32 | u64{b} << 16 | a : u64{b} << 32 | a;
  const T before = static_cast<T>(pair >> (count - 1));
  return shifted(before, static_cast<T>(pair >> count), before & 1);
}

/// Rotations. Of the flags they touch CF and OF alone.
template <class T>
constexpr Result<T> rol(T a, unsigned count) {
  const T value = std::rotl(a, static_cast<int>(count % kBits<T>));
  const bool carry = value & 1;
  return {value, when(carry, flag::kCf) | when(sign(value) != carry, flag::kOf)};
}
template <class T>
constexpr Result<T> ror(T a, unsigned count) {
  const T value = std::rotr(a, static_cast<int>(count % kBits<T>));
  const bool next = sign(static_cast<T>(value << 1));
  return {value, when(sign(value), flag::kCf) | when(sign(value) != next, flag::kOf)};
}

/// Rotates left through the carry, by at most as many bits as there are with it.
template <class T>
constexpr Result<T> rotate_with_carry(T a, bool carry, unsigned count) {
  constexpr unsigned kAll = kBits<T> + 1;
  const u64 ring = u64{carry} << kBits<T> | a;
  const u64 turned = ring << count | ring >> (kAll - count);
  return {static_cast<T>(turned), when(turned >> kBits<T> & 1, flag::kCf)};
}
/// RCL and RCR by 1 to kBits<T> bits.
template <class T>
constexpr Result<T> rcl(T a, bool carry, unsigned count) {
  auto result = rotate_with_carry(a, carry, count);
  result.flags |= when(sign(result.value) != bool(result.flags & flag::kCf), flag::kOf);
  return result;
}
template <class T>
constexpr Result<T> rcr(T a, bool carry, unsigned count) {
  auto result = rotate_with_carry(a, carry, kBits<T> + 1 - count);
  const bool next = sign(static_cast<T>(result.value << 1));
  result.flags |= when(sign(result.value) != next, flag::kOf);
  return result;
}

/// The type that holds a product: twice as wide.
template <class T>
using Wide = std::conditional_t<sizeof(T) == 1, u16, std::conditional_t<sizeof(T) == 2, u32, u64>>;

/// CF and OF say that the product does not fit the low half.
template <class T>
constexpr Result<Wide<T>> product(Wide<T> value, bool fits) {
  return {value, of_value(static_cast<T>(value)) | when(!fits, flag::kCf | flag::kOf)};
}
template <class T>
constexpr Result<Wide<T>> mul(T a, T b) {
  const u64 value = u64{a} * b;
  return product<T>(static_cast<Wide<T>>(value), value >> kBits<T> == 0);
}
template <class T>
constexpr Result<Wide<T>> imul(T a, T b) {
  using Signed = std::make_signed_t<T>;
  const i64 value = i64{static_cast<Signed>(a)} * static_cast<Signed>(b);
  return product<T>(static_cast<Wide<T>>(value), value == static_cast<Signed>(value));
}

/// Conditions by the number that Jcc, SETcc and CMOVcc encode (SDM volume 2, appendix B.1.4.7).
enum Condition : u8 { kO, kNo, kB, kNb, kZ, kNz, kBe, kNbe, kS, kNs, kP, kNp, kL, kNl, kLe, kNle };

/// The flags that a condition looks at.
constexpr u32 looked_at(unsigned condition) {
  constexpr u32 kLooked[] = {flag::kOf,
                             flag::kCf,
                             flag::kZf,
                             flag::kCf | flag::kZf,
                             flag::kSf,
                             flag::kPf,
                             flag::kSf | flag::kOf,
                             flag::kZf | flag::kSf | flag::kOf};
  return kLooked[condition / 2];
}

/// Whether it holds. The odd conditions are the even ones denied.
constexpr bool holds(unsigned condition, u32 eflags) {
  const bool less = bool(eflags & flag::kSf) != bool(eflags & flag::kOf);
  const bool even = condition / 2 < kL / 2    ? (eflags & looked_at(condition)) != 0
                    : condition / 2 == kL / 2 ? less
                                              : less || (eflags & flag::kZf);
  return even != bool(condition & 1);
}

}  // namespace ringside::x86::flags
