// The instruction table: moves, conversions, the stack.
#pragma once

#include <bit>

#include "isa/x86/rows/common.hpp"

namespace ringside::x86::rows {

constexpr auto move = [](auto&, auto d, auto s) { d.set(s.get()); };
constexpr auto zero_extend = [](auto&, auto d, auto s) {
  d.set(static_cast<ValueOf<decltype(d)>>(s.get()));
};
constexpr auto sign_extend_to = [](auto&, auto d, auto s) {
  d.set(static_cast<ValueOf<decltype(d)>>(static_cast<SignedOf<decltype(s)>>(s.get())));
};
constexpr auto exchange = [](auto&, auto d, auto s) {
  d.update([&](auto a) {
    const auto b = s.get();
    s.set(a);
    return b;
  });
};

template <class T>
constexpr T swap_bytes(T a) {
  // Of a word BSWAP leaves 0, which the SDM calls undefined.
  if constexpr (sizeof(T) == 2) return 0;
  return a << 24 | (a & 0xff00) << 8 | (a >> 8 & 0xff00) | a >> 24;
}

// The source is read whether or not the condition holds (SDM volume 2, CMOVcc); a 32-bit
// destination is written in any case, which cannot be told from none here.
constexpr auto move_if(unsigned condition) {
  return [condition](auto& m, auto d, auto s) {
    const auto value = s.get();
    if (m.condition(condition)) d.set(value);
  };
}
constexpr auto set_if(unsigned condition) {
  return [condition](auto& m, auto d) { d.set(m.condition(condition)); };
}

constexpr auto push_all = []<class T>(auto& m, Width<T>) {
  const T stack_pointer = m.template reg<T>(kEsp);
  for (unsigned n = 0; n < kGprs; ++n)
    m.template push<T>(n == kEsp ? stack_pointer : m.template reg<T>(n));
};
constexpr auto pop_all = []<class T>(auto& m, Width<T>) {
  for (unsigned n = kGprs; n-- > 0;) {
    const T value = m.template pop<T>();
    if (n != kEsp) m.template set_reg<T>(n, value);
  }
};

constexpr auto enter = []<class T>(auto& m, const Instruction& i, Width<T>) {
  const u32 level = i.immediate[1] % 32;
  m.template push<T>(m.template reg<T>(kEbp));
  // The operand size says how much of ESP that is, also where the stack is one of 16 bits.
  const T frame = static_cast<T>(m.r(kEsp));
  for (u32 n = 1; n < level; ++n)
    m.template push<T>(m.template load<T>(Seg::kSs, (m.r(kEbp) - n * sizeof(T)) & m.stack_mask()));
  if (level) m.template push<T>(frame);
  m.template set_reg<T>(kEbp, frame);
  m.set_stack_pointer(m.stack_pointer() - i.immediate[0]);
  // So that a stack that ends here faults now (SDM volume 2, ENTER).
  m.template load_for_update<T>(Seg::kSs, m.stack_pointer());
};
constexpr auto leave = []<class T>(auto& m, Width<T>) {
  m.set_stack_pointer(m.r(kEbp));
  m.template set_reg<T>(kEbp, m.template pop<T>());
};

// LDS and the like: an offset and behind it a selector.
constexpr auto load_far(Seg segment) {
  return [segment](auto& m, auto d, auto s) {
    const auto offset = s.get();
    const u16 selector = m.template load<u16>(s.segment(), s.displaced(sizeof offset).offset());
    m.load_segment(segment, selector);
    d.set(offset);
  };
}

constexpr FlagUse looks(unsigned condition) {
  return {flags::looked_at(condition), 0};
}
constexpr auto cmov(std::string_view name, unsigned condition) {
  return Row{name, Shape<V, V>{}, kAlu, looks(condition), move_if(condition), kI686};
}
constexpr auto setcc(std::string_view name, unsigned condition) {
  return Row{name, Shape<B>{}, kAlu, looks(condition), set_if(condition)};
}

// clang-format off
inline constexpr auto kMoves = pack(
  Row{"mov",        Shape<Any, Any>{}, kAlu, no_flags, move},
  Row{"movzx_byte", Shape<V, B>{}, kAlu, no_flags, zero_extend},
  Row{"movzx_word", Shape<V, W>{}, kAlu, no_flags, zero_extend},
  Row{"movsx_byte", Shape<V, B>{}, kAlu, no_flags, sign_extend_to},
  Row{"movsx_word", Shape<V, W>{}, kAlu, no_flags, sign_extend_to},
  Row{"lea",        Shape<V, B>{}, kAlu, no_flags, [](auto&, auto d, auto s) { d.set(static_cast<ValueOf<decltype(d)>>(s.offset())); }},
  Row{"xchg",       Shape<Any, Any>{}, kAlu, no_flags, exchange},
  Row{"bswap",      Shape<V>{}, kAlu, no_flags, [](auto&, auto d) { d.set(swap_bytes(d.get())); }},
  Row{"xlat",       Shape<I>{}, kAlu, no_flags, [](auto& m, const Instruction& i) {
    m.template set_reg<u8>(kEax, m.template load<u8>(i.memory.segment, (m.r(kEbx) + m.template reg<u8>(kEax)) & address_mask(i))); }},
  Row{"cbw",  Shape<>{}, kAlu, no_flags, [](auto& m) { m.template set_reg<u16>(kEax, static_cast<u16>(static_cast<i8>(m.r(kEax)))); }},
  Row{"cwde", Shape<>{}, kAlu, no_flags, [](auto& m) { m.set_r(kEax, static_cast<u32>(static_cast<i16>(m.r(kEax)))); }},
  Row{"cwd",  Shape<>{}, kAlu, no_flags, [](auto& m) { m.template set_reg<u16>(kEdx, m.r(kEax) & 0x8000 ? 0xffff : 0); }},
  Row{"cdq",  Shape<>{}, kAlu, no_flags, [](auto& m) { m.set_r(kEdx, m.r(kEax) >> 31 ? ~u32{0} : 0); }},
  Row{"nop",      Shape<>{}, kAlu, no_flags, [](auto&) {}},
  Row{"nop_wide", Shape<>{}, kAlu, no_flags, [](auto&) {}, kI686},

  Row{"push",  Shape<V>{}, kAlu, no_flags, [](auto& m, auto s) { m.push(s.get()); }},
  Row{"pop",   Shape<V>{}, kAlu, no_flags, [](auto& m, auto d) { d.set(m.template pop<ValueOf<decltype(d)>>()); }},
  Row{"pusha", Shape<VWidth>{}, kAlu, no_flags, push_all},
  Row{"popa",  Shape<VWidth>{}, kAlu, no_flags, pop_all},
  Row{"enter", Shape<I, VWidth>{}, kAlu, no_flags, enter},
  Row{"leave", Shape<VWidth>{}, kAlu, no_flags, leave},

  Row{"mov_from_segment", Shape<V, S>{}, kSystem, no_flags, [](auto& m, auto d, Seg s) { d.set(m.selector(s)); }, kI486, kRuns, mode},
  Row{"mov_to_segment",   Shape<S, W>{}, kSystem, no_flags, [](auto& m, Seg d, auto s) { m.load_segment(d, s.get()); }, kI486, kRuns, mode},
  Row{"push_segment", Shape<VWidth, S>{}, kSystem, no_flags, []<class T>(auto& m, Width<T>, Seg s) { m.template push<T>(m.selector(s)); }, kI486, kRuns, mode},
  Row{"pop_segment",  Shape<VWidth, S>{}, kSystem, no_flags, []<class T>(auto& m, Width<T>, Seg d) { m.load_segment(d, static_cast<u16>(m.template pop<T>())); }, kI486, kRuns, mode},
  Row{"les", Shape<V, V>{}, kSystem, no_flags, load_far(Seg::kEs), kI486, kRuns, mode},
  Row{"lds", Shape<V, V>{}, kSystem, no_flags, load_far(Seg::kDs), kI486, kRuns, mode},
  Row{"lss", Shape<V, V>{}, kSystem, no_flags, load_far(Seg::kSs), kI486, kRuns, mode},
  Row{"lfs", Shape<V, V>{}, kSystem, no_flags, load_far(Seg::kFs), kI486, kRuns, mode},
  Row{"lgs", Shape<V, V>{}, kSystem, no_flags, load_far(Seg::kGs), kI486, kRuns, mode},

  cmov("cmovo", flags::kO), cmov("cmovno", flags::kNo), cmov("cmovb", flags::kB), cmov("cmovnb", flags::kNb),
  cmov("cmovz", flags::kZ), cmov("cmovnz", flags::kNz), cmov("cmovbe", flags::kBe), cmov("cmovnbe", flags::kNbe),
  cmov("cmovs", flags::kS), cmov("cmovns", flags::kNs), cmov("cmovp", flags::kP), cmov("cmovnp", flags::kNp),
  cmov("cmovl", flags::kL), cmov("cmovnl", flags::kNl), cmov("cmovle", flags::kLe), cmov("cmovnle", flags::kNle),
  setcc("seto", flags::kO), setcc("setno", flags::kNo), setcc("setb", flags::kB), setcc("setnb", flags::kNb),
  setcc("setz", flags::kZ), setcc("setnz", flags::kNz), setcc("setbe", flags::kBe), setcc("setnbe", flags::kNbe),
  setcc("sets", flags::kS), setcc("setns", flags::kNs), setcc("setp", flags::kP), setcc("setnp", flags::kNp),
  setcc("setl", flags::kL), setcc("setnl", flags::kNl), setcc("setle", flags::kLe), setcc("setnle", flags::kNle));
// clang-format on

}  // namespace ringside::x86::rows
