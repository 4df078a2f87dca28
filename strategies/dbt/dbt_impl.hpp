// The definitions of DbtOf, for the files that make an instance of it.
#pragma once

#include "strategies/dbt/dbt.hpp"

namespace ringside::strategies {

namespace detail {
inline constexpr u32 kSmallestCache = 64;
// An instruction is innocent until it has trapped this often, and guilty until it was called out for nothing so
// often that its credit is gone: quick to the safe form, slow back. A trap costs a dozen light call-outs, so one
// that was needed earns as many back.
inline constexpr u32 kGuilty = 4, kCredit = 256, kEarned = 12;
// Each way back doubles what it takes to be guilty again. Code that fills pages writes to what was a table just
// now, and then to hundreds of words that are none: it would go to and fro for ever.
inline constexpr u32 kMostReturns = 16;
inline constexpr std::size_t kMostRecords = 4096;
}  // namespace detail

template <class Isa>
void DbtOf<Isa>::start(Vm& vm) {
  vm.run_translated(options_.translate_user, std::max(options_.cache, detail::kSmallestCache));
  pager_.choose_root(vm);
}

template <class Isa>
vmm::Resume DbtOf<Isa>::handle(Vm& vm, const Exit& exit) {
  rest_.begin();
  std::visit([&](const auto& each) { on(vm, each); }, exit);
  absorb_writes(vm);
  // Whatever was done may have enabled interrupts, or changed mode or address space.
  if (!is_late(vm, exit)) vm.deliver_interrupt();
  absorb_writes(vm);
  rest_.follow(vm, pager_);
  pager_.choose_root(vm);
  return Isa::waits(vm) ? vmm::Resume::kHalt : vmm::Resume::kRun;
}

// Units of pages that were written are gone, be it the one that runs: what comes next is looked up.
template <class Isa>
void DbtOf<Isa>::absorb_writes(Vm& vm) {
  pager_.absorb_writes(vm);
  for (const Gpa page : pager_.take_written_code()) {
    vm.drop_units(page);
    rest_.forgotten(vm);
  }
}

// --- translation ---

template <class Isa>
void DbtOf<Isa>::on(Vm& vm, const vmm::NotTranslated&) {
  const Gpa page = vm.code_page();
  if (options_.seeded_fault != DbtOptions::SeededFault::kUnwatchedCode) pager_.watch_code(vm, page);
  Unit unit = translate_at(vm, page);
  if (!vm.has_room(static_cast<u32>(unit.ops.size()))) {
    pager_.forget_code(vm);
    rest_.forgotten(vm);
    vm.flush_units();
    pager_.watch_code(vm, page);
  }
  vm.install_unit(std::move(unit));
}

// Reads the guest's code up to a jump, the end of the page, code that has a translation, or a unit's length.
template <class Isa>
typename DbtOf<Isa>::Unit DbtOf<Isa>::translate_at(Vm& vm, Gpa page) {
  Unit unit{vm.guest_code_pc(), {}};
  u32 pc = unit.start;
  do {
    unit.ops.push_back(Isa::translate(vm, page, pc));
    pc += Vm::bytes(unit.ops.back());
  } while (!Isa::ends_unit(unit.ops.back()) && unit.ops.size() < kUnitLength && (pc & kPageMask) != 0 &&
           !vm.is_translated(pc));
  coalesce(unit);
  return unit;
}

// Marks the call-outs that go on in the one before them. A light one cannot go on to a full one.
template <class Isa>
void DbtOf<Isa>::coalesce(Unit& unit) const {
  if (!options_.coalesce) return;
  using cpu::OpKind;
  for (std::size_t i = 1; i < unit.ops.size(); ++i) {
    auto& op = unit.ops[i];
    const auto& before = unit.ops[i - 1];
    const bool both = before.calls_out() && op.calls_out();
    op.joins = both && (before.kind == OpKind::kCallOutFull || op.kind == OpKind::kCallOutLight);
  }
}

// --- call-outs ---

template <class Isa>
void DbtOf<Isa>::on(Vm& vm, const CallOut& exit) {
  const u32 pc = vm.guest_code_pc();
  const auto done = vm.emulate_called(exit);
  rest_.emulated(vm, done.row);
  if (done.trap) return vm.inject(*done.trap);
  if (Isa::is_memory(exit)) note_call(vm, pc, done.needed_vmm);
}

// --- adaptation (Adams and Agesen 2006, section 5): accesses that keep trapping ---

// The instruction at the PC trapped and is to be emulated.
template <class Isa>
void DbtOf<Isa>::note_trap(Vm& vm) {
  const u32 pc = vm.guest_code_pc();
  if (!options_.adaptive || !vm.is_translated(pc)) return;
  if (vm.unit_at(pc).find(pc)->kind != cpu::OpKind::kIdentical) return;  // a jump through memory stays one
  if (records_.size() == detail::kMostRecords) records_.clear();
  Record& record = records_[pc];
  if (++record.trapped < detail::kGuilty << record.returns) return;
  record.credit = detail::kCredit;
  retranslate(vm, pc, cpu::OpKind::kCallOutLight, cpu::OpReason::kKeepsTrapping);
}

template <class Isa>
void DbtOf<Isa>::note_call(Vm& vm, u32 pc, bool needed) {
  Record& record = records_[pc];
  if (needed) record.credit = std::min(record.credit + detail::kEarned, detail::kCredit);
  else --record.credit;
  if (record.credit != 0) return;
  record = {.returns = std::min(record.returns + 1, detail::kMostReturns)};
  retranslate(vm, pc, cpu::OpKind::kIdentical, cpu::OpReason::kNone);
}

template <class Isa>
void DbtOf<Isa>::retranslate(Vm& vm, u32 pc, cpu::OpKind kind, cpu::OpReason reason) {
  Unit unit = vm.unit_at(pc);
  auto& op = *unit.find(pc);
  op.kind = kind;
  op.reason = reason;
  coalesce(unit);
  vm.replace_unit(std::move(unit));
}

// Code in the cache has enabled interrupts, and one waits.
template <class Isa>
void DbtOf<Isa>::on(Vm& vm, const vmm::InterruptWindow&) {
  vm.accept_interrupts();
}

template <class Isa>
bool DbtOf<Isa>::is_late(const Vm& vm, const Exit& exit) const {
  return options_.seeded_fault == DbtOptions::SeededFault::kLateInterrupt &&
         std::holds_alternative<CallOut>(exit) && vm.next_joins();
}

// --- what the hardware reports, as under trap-and-emulate ---

template <class Isa>
void DbtOf<Isa>::emulate(Vm& vm) {
  const auto done = vm.emulate_one();
  rest_.emulated(vm, done.row);
  if (done.trap) vm.inject(*done.trap);
}

template <class Isa>
void DbtOf<Isa>::on(Vm& vm, const typename Isa::PrivilegedInstruction& exit) {
  if (const auto trap = Isa::own_trap(vm, exit)) return vm.inject(*trap);
  emulate(vm);
}

template <class Isa>
void DbtOf<Isa>::on(Vm& vm, const PageFault& exit) {
  const auto answer = pager_.handle(vm, exit);
  if (answer.action == vmm::FaultAction::kInject) vm.inject(answer.trap);
  if (answer.action != vmm::FaultAction::kEmulate) return;
  note_trap(vm);
  emulate(vm);
}

template <class Isa>
void DbtOf<Isa>::on(Vm& vm, const typename Isa::Exception& exit) {
  if (const auto trap = Isa::own_trap(vm, exit)) return vm.inject(*trap);
  emulate(vm);
}

template <class Isa>
void DbtOf<Isa>::on(Vm& vm, const vmm::Hypercall& exit) {
  vm.inject(Isa::hypercall_trap(exit));
}

template <class Isa>
void DbtOf<Isa>::on(Vm& vm, const typename Isa::Interrupt&) {
  vm.accept_interrupts();
}

}  // namespace ringside::strategies
