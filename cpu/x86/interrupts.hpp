// Part of the view (cpu/x86/view.hpp): delivery through the interrupt descriptor table and the
// return from it (Intel SDM volume 3, sections 6.10 to 6.15; volume 2: INT n and IRET).
#pragma once

namespace ringside::x86 {

// What fails in the delivery of a trap comes in its place, or doubles it; the state is that of the
// start each time.
// Exceptions that do not add up could follow each other for ever, deaf to interrupts
// (CVE-2015-5307); here the CPU shuts down after some.
template <class Env>
template <class Leaves>
Delivery View<Env>::deliver(const Trap& trap, Leaves leaves) {
  State before = s_;
  Trap now = trap;
  Undelivered chain;
  chain.add(trap);
  for (unsigned tries = 0; tries < kLongestDelivery; ++tries) {
    if (now.kind == Trap::Kind::kException && now.vector == kPf) s_.cr2 = before.cr2 = now.address;
    fault_.reset();
    external_ = now.external() ? selector_code::kExternal : 0;
    enter_handler(now);
    external_ = 0;
    if (!fault_) {
      s_.eip = next_;
      return {Delivery::kEntered, now};
    }
    s_ = before;
    if (leaves(*fault_)) return {Delivery::kLeft, now};
    chain.add(*fault_);
    if (fault_->vector == kPf) s_.cr2 = before.cr2 = fault_->address;
    const auto next = combined(now, *fault_);
    if (!next) break;
    now = *next;
  }
  return {Delivery::kShutDown, now, chain};
}

template <class Env>
void View<Env>::enter_handler(const Trap& trap) {
  if (!protected_mode()) return enter_real_handler(trap);
  const u32 offset = 8u * trap.vector;
  const u32 code = offset | selector_code::kIdt;
  if (offset + 7 > s_.idtr.limit) return fault(kGp, code);
  const u32 at = s_.idtr.base + offset;
  const Descriptor gate{load_system<u32>(at), load_system<u32>(at + 4), at};
  if (fault_) return;
  const bool task = gate.is_system(SystemType::kTaskGate);
  if (!task && !gate.is_interrupt_or_trap_gate()) return fault(kGp, code);
  if (trap.kind == Trap::Kind::kSoftware && gate.dpl() < s_.cpl) return fault(kGp, code);
  if (!gate.present()) return fault(kNp, code);
  task ? left_out(LeftOut::kTaskSwitch) : enter_by_gate(trap, gate);
}

// EFLAGS as the handler finds it on the stack: of a fault with RF set, so that the instruction is
// not stopped by its breakpoint again (SDM volume 3, section 17.3.1.1).
template <class Env>
u32 View<Env>::saved_flags(const Trap& trap) const {
  const bool fault = trap.kind == Trap::Kind::kException && is_fault(trap.vector);
  return s_.eflags | (fault ? flag::kRf : 0);
}

template <class Env>
void View<Env>::enter_by_gate(const Trap& trap, const Descriptor& gate) {
  const u16 code = gate.gate_selector();
  if (selector::null(code)) return fault(kGp, 0);
  const auto target = descriptor(code, kGp);
  if (!target) return;
  if (!target->is_code() || target->dpl() > s_.cpl) return fault_at(kGp, code);
  if (!target->present()) return fault_at(kNp, code);
  const bool inner = !target->is_conforming() && target->dpl() < s_.cpl;
  auto stack = inner ? inner_stack(target->dpl()) : std::optional(current_stack());
  if (!stack) return;
  if (gate.gate_offset() > target->limit()) return fault(kGp, 0);

  const unsigned width = gate.is_gate32() ? 4 : 2;
  if (inner) push_on(*stack, width, selector(Seg::kSs));
  if (inner) push_on(*stack, width, s_.r[kEsp]);
  push_on(*stack, width, saved_flags(trap));
  push_on(*stack, width, selector(Seg::kCs));
  push_on(*stack, width, s_.eip + trap.length);
  if (trap.has_code) push_on(*stack, width, trap.code);
  const Segment entered = loaded(*target, code);
  if (fault_) return;

  s_.segment(Seg::kSs) = stack->ss;
  s_.r[kEsp] = stack->esp;
  const bool masks = !(gate.type() & 1);  // an interrupt gate
  s_.eflags &= ~(flag::kTf | flag::kNt | flag::kRf | flag::kVm | (masks ? flag::kIf : 0));
  enter_code(entered, stack->cpl, gate.gate_offset());
}

// In real mode the table holds far pointers, and nobody gets an error code (SDM volume 3,
// section 20.1.4).
template <class Env>
void View<Env>::enter_real_handler(const Trap& trap) {
  const u32 offset = 4u * trap.vector;
  if (offset + 3 > s_.idtr.limit) return fault(kGp, 0);
  const u32 handler = load_system<u32>(s_.idtr.base + offset);
  push<u16>(static_cast<u16>(s_.eflags));
  push<u16>(selector(Seg::kCs));
  push<u16>(static_cast<u16>(s_.eip + trap.length));
  if (fault_) return;
  s_.eflags &= ~(flag::kIf | flag::kTf | flag::kAc | flag::kRf);
  real_transfer(static_cast<u16>(handler >> 16), handler & 0xffff);
}

// EFLAGS after IRET, by the privilege it is executed with.
template <class Env>
u32 View<Env>::returned_flags(u32 image, unsigned width) const {
  u32 mask = flag::kStatus | flag::kTf | flag::kDf | flag::kNt;
  if (width == 4) mask |= flag::kRf | flag::kAc | flag::kId;
  if (s_.cpl <= s_.iopl()) mask |= flag::kIf;
  if (s_.cpl == 0) mask |= flag::kIopl | (width == 4 ? flag::kVif | flag::kVip : 0);
  mask &= model_.eflags();
  return (s_.eflags & ~mask) | (image & mask);
}

// The way back that the current TSS names has to be a busy task; then the switch is what is left out (SDM volume 2,
// IRET, label TASK-RETURN).
template <class Env>
void View<Env>::return_from_task() {
  const u16 link = load_system<u16>(s_.tr.base);
  if (fault_) return;
  if (link & selector::kLocal) return fault_at(kTs, link);
  const auto task = descriptor(link, kTs);
  if (!task) return;
  const bool busy = task->is_system(SystemType::kTss16Busy) || task->is_system(SystemType::kTss32Busy);
  if (!busy) return fault_at(kTs, link);
  if (!task->present()) return fault_at(kNp, link);
  left_out(LeftOut::kTaskSwitch);
}

template <class Env>
void View<Env>::interrupt_return(unsigned width) {
  s_.nmi_blocked = false;  // even if it faults (SDM volume 3, section 6.7.1)
  const bool nested = protected_mode() && flag(flag::kNt);
  if (nested) return return_from_task();
  const u32 offset = pop_wide(width);
  const u16 code = static_cast<u16>(pop_wide(width));
  const u32 image = pop_wide(width);
  if (fault_) return;
  const u32 flags = returned_flags(image, width);
  const bool to_virtual = protected_mode() && image & flag::kVm && s_.cpl == 0;
  if (to_virtual) return left_out(LeftOut::kVirtual8086);
  protected_mode() ? return_to(code, offset, width, 0) : real_transfer(code, offset);
  if (fault_) return;
  s_.eflags = flags;
  keep_rf_ = true;
}

}  // namespace ringside::x86
