// Part of the view (cpu/x86/view.hpp): transfers to other code segments (Intel SDM volume 2: JMP,
// CALL and RET; volume 3, section 5.8). The checks come in the manual's order, except that EIP is
// held against the limit of CS before anything is pushed, so that memory is left alone.
#pragma once

namespace ringside::x86 {

// --- what all transfers are made of ---

// The last act of a transfer.
template <class Env>
void View<Env>::enter_code(const Segment& code, unsigned cpl, u32 offset) {
  if (fault_) return;
  Segment& cs = s_.segment(Seg::kCs);
  cs = code;
  cs.selector = static_cast<u16>((code.selector & ~selector::kRpl) | cpl);
  s_.cpl = static_cast<u8>(cpl);
  next_ = offset;
  env_.fetch_changed();
}

template <class Env>
void View<Env>::real_transfer(u16 selector, u32 offset) {
  Segment code = s_.segment(Seg::kCs);
  if (offset > code.limit) return fault(kGp, 0);
  load_real(code, selector);
  if (fault_) return;
  s_.segment(Seg::kCs) = code;
  next_ = offset;
  env_.fetch_changed();
}

template <class Env>
void View<Env>::push_on(Stack& stack, unsigned width, u32 value) {
  if (fault_) return;
  const u32 top = (stack.esp - width) & stack_mask(stack);
  if (!allows(stack.ss, top, width, true)) return fault(kSs, stack.limit_code);
  const u32 at = stack.ss.base + top;
  if (stack.cpl == 3 && at & (width - 1) && alignment_checked()) return fault(kAc, 0);
  take(env_.store(at, width, value, stack.cpl == 3 ? Privilege::kByCpl : Privilege::kSupervisor));
  stack.esp = (stack.esp & ~stack_mask(stack)) | top;
}

// The stack that the TSS holds for an inner level (SDM volume 3, sections 5.8.5 and 7.2.1).
template <class Env>
std::optional<typename View<Env>::Stack> View<Env>::inner_stack(unsigned cpl) {
  const bool wide = s_.tr.access & kType32;
  const u32 offset = wide ? 4 + 8 * cpl : 2 + 4 * cpl;
  const u32 selector_at = offset + (wide ? 4 : 2);
  if (selector_at + 1 > s_.tr.limit) return fault_at(kTs, s_.tr.selector), std::nullopt;
  Stack stack;
  stack.esp = wide ? load_system<u32>(s_.tr.base + offset) : load_system<u16>(s_.tr.base + offset);
  const u16 selector = load_system<u16>(s_.tr.base + selector_at);
  if (fault_) return std::nullopt;
  const auto ss = checked_stack(selector, cpl, kTs);
  if (!ss) return std::nullopt;
  stack.ss = *ss;
  stack.cpl = static_cast<u8>(cpl);
  stack.limit_code = selector::code(selector);
  return stack;
}

// --- JMP and CALL ---

template <class Env>
void View<Env>::transfer(u16 selector, u32 offset, unsigned width) {
  if (fault_) return;
  if (!protected_mode()) {
    if (width) push_return_address(width);
    return real_transfer(selector, offset);
  }
  if (selector::null(selector)) return fault(kGp, 0);
  const auto target = descriptor(selector, kGp);
  if (!target) return;
  if (target->is_code()) return transfer_to_segment(*target, selector, offset, width);
  const bool task = target->is_system(SystemType::kTaskGate) || target->is_tss();
  if (!task && !target->is_call_gate()) return fault_at(kGp, selector);
  if (target->dpl() < s_.cpl || target->dpl() < selector::rpl(selector))
    return fault_at(kGp, selector);
  if (!target->present()) return fault_at(kNp, selector);
  task ? left_out(LeftOut::kTaskSwitch) : transfer_by_gate(*target, width != 0);
}

template <class Env>
void View<Env>::push_return_address(unsigned width) {
  Stack stack = current_stack();
  push_on(stack, width, selector(Seg::kCs));
  push_on(stack, width, next_);
  set_r(kEsp, stack.esp);
}

template <class Env>
void View<Env>::transfer_to_segment(const Descriptor& target, u16 selector, u32 offset,
                                    unsigned width) {
  const bool allowed = target.is_conforming()
                           ? target.dpl() <= s_.cpl
                           : selector::rpl(selector) <= s_.cpl && target.dpl() == s_.cpl;
  if (!allowed) return fault_at(kGp, selector);
  if (!target.present()) return fault_at(kNp, selector);
  if (offset > target.limit()) return fault(kGp, 0);
  if (width) push_return_address(width);
  enter_code(loaded(target, selector), s_.cpl, offset);
}

template <class Env>
void View<Env>::transfer_by_gate(const Descriptor& gate, bool call) {
  const u16 code = gate.gate_selector();
  if (selector::null(code)) return fault(kGp, 0);
  const auto target = descriptor(code, kGp);
  if (!target) return;
  const bool same_level = target->is_conforming() || target->dpl() == s_.cpl;
  if (!target->is_code() || target->dpl() > s_.cpl || (!call && !same_level))
    return fault_at(kGp, code);
  if (!target->present()) return fault_at(kNp, code);
  if (!same_level) return call_inner(gate, *target, code);
  if (gate.gate_offset() > target->limit()) return fault(kGp, 0);
  if (call) push_return_address(gate.is_gate32() ? 4 : 2);
  enter_code(loaded(*target, code), s_.cpl, gate.gate_offset());
}

// Parameters are copied from the caller's stack, with the caller's rights.
template <class Env>
void View<Env>::call_inner(const Descriptor& gate, const Descriptor& target, u16 code) {
  auto stack = inner_stack(target.dpl());
  if (!stack) return;
  if (gate.gate_offset() > target.limit()) return fault(kGp, 0);
  const unsigned width = gate.is_gate32() ? 4 : 2;
  push_on(*stack, width, selector(Seg::kSs));
  push_on(*stack, width, s_.r[kEsp]);
  for (unsigned i = gate.parameters(); i-- > 0;) {
    const u32 at = (stack_pointer() + i * width) & stack_mask();
    push_on(*stack, width, width == 4 ? load<u32>(Seg::kSs, at) : load<u16>(Seg::kSs, at));
  }
  push_on(*stack, width, selector(Seg::kCs));
  push_on(*stack, width, next_);
  const Segment entered = loaded(target, code);
  if (fault_) return;
  s_.segment(Seg::kSs) = stack->ss;
  s_.r[kEsp] = stack->esp;
  enter_code(entered, target.dpl(), gate.gate_offset());
}

// --- RET, and what IRET has in common with it ---

template <class Env>
void View<Env>::far_return(unsigned width, u32 pop_bytes) {
  const u32 offset = pop_wide(width);
  const u16 code = static_cast<u16>(pop_wide(width));
  if (fault_) return;
  if (protected_mode()) return return_to(code, offset, width, pop_bytes);
  set_stack_pointer(stack_pointer() + pop_bytes);
  real_transfer(code, offset);
}

// The code segment of a return: of the RPL's level, never an inner one.
template <class Env>
std::optional<Descriptor> View<Env>::returned_code(u16 code) {
  if (selector::null(code)) return fault(kGp, 0), std::nullopt;
  const auto target = descriptor(code, kGp);
  if (!target) return std::nullopt;
  const unsigned rpl = selector::rpl(code);
  if (!target->is_code() || rpl < s_.cpl ||
      (target->is_conforming() ? target->dpl() > rpl : target->dpl() != rpl))
    return fault_at(kGp, code), std::nullopt;
  if (!target->present()) return fault_at(kNp, code), std::nullopt;
  return target;
}

template <class Env>
void View<Env>::return_to(u16 code, u32 offset, unsigned width, u32 pop_bytes) {
  const auto target = returned_code(code);
  if (!target) return;
  set_stack_pointer(stack_pointer() + pop_bytes);
  if (selector::rpl(code) > s_.cpl) return return_to_outer(*target, code, offset, width, pop_bytes);
  if (offset > target->limit()) return fault(kGp, 0);
  enter_code(loaded(*target, code), s_.cpl, offset);
}

template <class Env>
void View<Env>::return_to_outer(const Descriptor& target, u16 code, u32 offset, unsigned width,
                                u32 pop_bytes) {
  const unsigned cpl = selector::rpl(code);
  const u32 esp = pop_wide(width);
  const u16 ss = static_cast<u16>(pop_wide(width));
  if (fault_) return;
  const auto stack = checked_stack(ss, cpl, kGp);
  if (!stack) return;
  if (offset > target.limit()) return fault(kGp, 0);
  const Segment entered = loaded(target, code);
  if (fault_) return;
  s_.segment(Seg::kSs) = *stack;
  set_stack_pointer(esp + pop_bytes);
  enter_code(entered, cpl, offset);
  drop_privileged_segments();
}

// Data segments that the outer level could not have loaded become null.
template <class Env>
void View<Env>::drop_privileged_segments() {
  for (const Seg which : {Seg::kEs, Seg::kDs, Seg::kFs, Seg::kGs}) {
    Segment& segment = s_.segment(which);
    const u32 conforming = rights::kCode | rights::kConforming;
    if (segment.usable() && segment.dpl() < s_.cpl && (segment.access & conforming) != conforming)
      segment = Segment{};
  }
}

}  // namespace ringside::x86
