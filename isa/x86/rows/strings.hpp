// The instruction table: strings and ports. A meaning is one iteration; what REP makes of it, and
// the counting of ECX, is the engine's (SDM volume 2, REP).
#pragma once

#include "isa/x86/rows/common.hpp"

namespace ringside::x86::rows {

constexpr u32 source(auto& m, const Instruction& i) {
  return m.r(kEsi) & address_mask(i);
}
constexpr u32 destination(auto& m, const Instruction& i) {
  return m.r(kEdi) & address_mask(i);
}

/// Moves ESI or EDI on, in the direction of DF.
template <class T>
constexpr void advance(auto& m, const Instruction& i, Gpr number) {
  constexpr u32 kSize = sizeof(T);
  add_to(m, i, number, m.eflags() & flag::kDf ? ~kSize + 1 : kSize);
}

template <class T>
constexpr T load_source(auto& m, const Instruction& i) {
  return m.template load<T>(i.memory.segment, source(m, i));
}
template <class T>
constexpr T load_destination(auto& m, const Instruction& i) {
  return m.template load<T>(Seg::kEs, destination(m, i));
}
template <class T>
constexpr void store_destination(auto& m, const Instruction& i, T value) {
  m.template store<T>(Seg::kEs, destination(m, i), value);
  advance<T>(m, i, kEdi);
}

constexpr auto movs = []<class T>(auto& m, const Instruction& i, Width<T>) {
  store_destination<T>(m, i, load_source<T>(m, i));
  advance<T>(m, i, kEsi);
};
constexpr auto stos = []<class T>(auto& m, const Instruction& i, Width<T>) {
  store_destination<T>(m, i, m.template reg<T>(kEax));
};
constexpr auto lods = []<class T>(auto& m, const Instruction& i, Width<T>) {
  m.template set_reg<T>(kEax, load_source<T>(m, i));
  advance<T>(m, i, kEsi);
};
constexpr auto scas = []<class T>(auto& m, const Instruction& i, Width<T>) {
  m.template cmp<T>(m.template reg<T>(kEax), load_destination<T>(m, i));
  advance<T>(m, i, kEdi);
};
constexpr auto cmps = []<class T>(auto& m, const Instruction& i, Width<T>) {
  const T a = load_source<T>(m, i);
  m.template cmp<T>(a, load_destination<T>(m, i));
  advance<T>(m, i, kEsi);
  advance<T>(m, i, kEdi);
};

// The port is asked only once it is sure that its value can be stored: reading it may change the
// device.
constexpr auto ins = []<class T>(auto& m, const Instruction& i, Width<T>) {
  const u16 port = m.template reg<u16>(kEdx);
  if (!m.port_allowed(port, sizeof(T))) return;
  m.template load_for_update<T>(Seg::kEs, destination(m, i));
  if (m.faulted()) return;
  store_destination<T>(m, i, m.template in<T>(port));
};
constexpr auto outs = []<class T>(auto& m, const Instruction& i, Width<T>) {
  const u16 port = m.template reg<u16>(kEdx);
  if (!m.port_allowed(port, sizeof(T))) return;
  m.template out<T>(port, load_source<T>(m, i));
  advance<T>(m, i, kEsi);
};

// clang-format off
inline constexpr auto kStrings = pack(
  Row{"movs", Shape<I, AnyWidth>{}, kString, no_flags, movs},
  Row{"stos", Shape<I, AnyWidth>{}, kString, no_flags, stos},
  Row{"lods", Shape<I, AnyWidth>{}, kString, no_flags, lods},
  // Under REP with a count of 0 they leave the flags.
  Row{"scas", Shape<I, AnyWidth>{}, kString, may_set, scas},
  Row{"cmps", Shape<I, AnyWidth>{}, kString, may_set, cmps},
  Row{"ins",  Shape<I, AnyWidth>{}, kString, no_flags, ins, kI486, kTraps, mode},
  Row{"outs", Shape<I, AnyWidth>{}, kString, no_flags, outs, kI486, kTraps, mode},
  Row{"in",   Shape<Any, W>{}, kIo, no_flags, [](auto& m, auto d, auto port) {
    using T = ValueOf<decltype(d)>;
    if (m.port_allowed(port.get(), sizeof(T))) d.set(m.template in<T>(port.get())); }, kI486, kTraps, mode},
  Row{"out",  Shape<W, Any>{}, kIo, no_flags, [](auto& m, auto port, auto s) {
    using T = ValueOf<decltype(s)>;
    if (m.port_allowed(port.get(), sizeof(T))) m.template out<T>(port.get(), s.get()); }, kI486, kTraps, mode});
// clang-format on

}  // namespace ringside::x86::rows
