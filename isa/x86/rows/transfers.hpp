// The instruction table: transfers of control.
#pragma once

#include "isa/x86/rows/common.hpp"

namespace ringside::x86::rows {

/// Jumps by a signed distance; a 16-bit operand size cuts EIP to 16 bits (SDM volume 2, JMP).
constexpr void jump_by(auto& m, auto distance) {
  using T = ValueOf<decltype(distance)>;
  m.jump(static_cast<T>(m.next_eip() + distance.get()));
}
constexpr auto jump_if(unsigned condition) {
  return [condition](auto& m, auto distance) {
    if (m.condition(condition)) jump_by(m, distance);
  };
}
constexpr auto jcc(std::string_view name, unsigned condition) {
  return Row{name, Shape<V>{}, kBranch, FlagUse{flags::looked_at(condition), 0},
             jump_if(condition)};
}

/// LOOP and its like: counts ECX (CX under 16-bit addresses) down, then looks at ZF.
constexpr auto loop_while(auto go_on) {
  return [go_on](auto& m, const Instruction& i, auto distance) {
    const u32 left = add_to(m, i, kEcx, ~u32{0});
    if (left != 0 && go_on(bool(m.eflags() & flag::kZf))) jump_by(m, distance);
  };
}

// The target is checked before the return address is pushed, so that a fault leaves memory alone.
constexpr auto call = [](auto& m, auto target) {
  using T = ValueOf<decltype(target)>;
  const T to = target.get(), back = static_cast<T>(m.next_eip());
  m.jump(to);
  m.template push<T>(back);
};
constexpr auto call_by = [](auto& m, auto distance) {
  using T = ValueOf<decltype(distance)>;
  const T back = static_cast<T>(m.next_eip());
  jump_by(m, distance);
  m.template push<T>(back);
};
constexpr auto ret = []<class T>(auto& m, const Instruction& i, Width<T>) {
  m.jump(m.template pop<T>());
  m.set_stack_pointer(m.stack_pointer() + i.immediate[0]);
};

/// The selector of a far pointer whose offset is operand 0: in memory behind it.
constexpr u16 far_selector(auto& m, const Instruction& i, auto pointer) {
  using T = ValueOf<decltype(pointer)>;
  if (i.operands[0].kind != Operand::kMemory) return static_cast<u16>(i.immediate[1]);
  return m.template load<u16>(pointer.segment(), pointer.displaced(sizeof(T)).offset());
}
constexpr auto far_transfer(auto f) {
  return [f](auto& m, const Instruction& i, auto pointer) {
    const auto offset = pointer.get();
    f(m, far_selector(m, i, pointer), offset);
  };
}

constexpr auto bound = [](auto& m, auto index, auto bounds) {
  using Signed = SignedOf<decltype(index)>;
  const auto at = static_cast<Signed>(index.get());
  const auto low = static_cast<Signed>(bounds.get());
  const auto high = static_cast<Signed>(bounds.displaced(sizeof(Signed)).get());
  if (at < low || at > high) m.fault(kBr);
};

// clang-format off
inline constexpr auto kTransfers = pack(
  jcc("jo", flags::kO), jcc("jno", flags::kNo), jcc("jb", flags::kB), jcc("jnb", flags::kNb),
  jcc("jz", flags::kZ), jcc("jnz", flags::kNz), jcc("jbe", flags::kBe), jcc("jnbe", flags::kNbe),
  jcc("js", flags::kS), jcc("jns", flags::kNs), jcc("jp", flags::kP), jcc("jnp", flags::kNp),
  jcc("jl", flags::kL), jcc("jnl", flags::kNl), jcc("jle", flags::kLe), jcc("jnle", flags::kNle),
  Row{"loop",   Shape<I, V>{}, kBranch, no_flags, loop_while([](bool) { return true; })},
  Row{"loope",  Shape<I, V>{}, kBranch, FlagUse{flag::kZf, 0}, loop_while([](bool zero) { return zero; })},
  Row{"loopne", Shape<I, V>{}, kBranch, FlagUse{flag::kZf, 0}, loop_while([](bool zero) { return !zero; })},
  Row{"jecxz",  Shape<I, V>{}, kBranch, no_flags, [](auto& m, const Instruction& i, auto distance) {
    if ((m.r(kEcx) & address_mask(i)) == 0) jump_by(m, distance); }},
  Row{"jmp",           Shape<V>{}, kJump, no_flags, [](auto& m, auto distance) { jump_by(m, distance); }},
  Row{"jmp_indirect",  Shape<V>{}, kIndirectJump, no_flags, [](auto& m, auto target) { m.jump(target.get()); }},
  Row{"call",          Shape<V>{}, kJump, no_flags, call_by},
  Row{"call_indirect", Shape<V>{}, kIndirectJump, no_flags, call},
  Row{"ret",           Shape<I, VWidth>{}, kIndirectJump, no_flags, ret},

  Row{"jmp_far",  Shape<I, V>{}, kSystem, no_flags, far_transfer([](auto& m, u16 selector, auto offset) { m.far_jump(selector, offset); }), kI486, kRuns, mode},
  Row{"call_far", Shape<I, V>{}, kSystem, no_flags, far_transfer([](auto& m, u16 selector, auto offset) { m.far_call(selector, offset, sizeof offset); }), kI486, kRuns, control_mode},
  Row{"ret_far",  Shape<I, VWidth>{}, kSystem, no_flags, []<class T>(auto& m, const Instruction& i, Width<T>) { m.far_return(sizeof(T), i.immediate[0]); }, kI486, kRuns, control_mode},
  Row{"iret",     Shape<VWidth>{}, kSystem, may_set, []<class T>(auto& m, Width<T>) { m.interrupt_return(sizeof(T)); }, kI486, kRuns, control_mode},
  Row{"int",      Shape<B>{}, kSystem, no_flags, [](auto& m, auto vector) { m.software_interrupt(vector.get(), SoftwareInterrupt::kInt); }, kI486, kRuns, control_mode},
  Row{"int3",     Shape<>{}, kSystem, no_flags, [](auto& m) { m.software_interrupt(kBp, SoftwareInterrupt::kInt3); }, kI486, kRuns, control_mode},
  Row{"int1",     Shape<>{}, kSystem, no_flags, [](auto& m) { m.debug_trap(); }, kI486, kRuns, control_mode},
  Row{"into",     Shape<>{}, kSystem, FlagUse{flag::kOf, 0}, [](auto& m) { if (m.condition(flags::kO)) m.software_interrupt(kOf, SoftwareInterrupt::kInto); }, kI486, kRuns, control_mode},
  Row{"bound",    Shape<V, V>{}, kAlu, no_flags, bound},
  Row{"sysenter", Shape<>{}, kSystem, no_flags, [](auto& m) { m.sysenter(); }, kI686, kRuns, control_mode},
  Row{"sysexit",  Shape<>{}, kSystem, no_flags, privileged([](auto& m) { m.sysexit(); }), kI686, kTraps, control_mode},
  Row{"vmcall",   Shape<>{}, kSystem, no_flags, [](auto& m) { m.vmcall(); }},
  Row{"ud2",      Shape<>{}, kSystem, no_flags, [](auto& m) { m.undefined(); }});
// clang-format on

}  // namespace ringside::x86::rows
