#include "strategies/dbt/dbt.hpp"

#include "strategies/dbt/translator.hpp"

namespace ringside::strategies {

using namespace vmm;

namespace {
constexpr u32 kSmallestCache = 64;
// An instruction is innocent until it has trapped this often, and guilty until it was called out for nothing so
// often that its credit is gone: quick to the safe form, slow back. A trap costs a dozen light call-outs, so one
// that was needed earns as many back.
constexpr u32 kGuilty = 4, kCredit = 256, kEarned = 12;
// Each way back doubles what it takes to be guilty again. Code that fills pages writes to what was a table just
// now, and then to hundreds of words that are none: it would go to and fro for ever.
constexpr u32 kMostReturns = 16;
constexpr std::size_t kMostRecords = 4096;
}

void Dbt::start(Vm& vm) {
  vm.run_translated(options_.translate_user, std::max(options_.cache, kSmallestCache));
  pager_.choose_root(vm);
}

Resume Dbt::handle(Vm& vm, const Exit& exit) {
  std::visit([&](const auto& each) { on(vm, each); }, exit);
  absorb_writes(vm);
  // Whatever was done may have enabled interrupts, or changed mode or address space.
  if (!is_late(vm, exit)) vm.deliver_interrupt();
  pager_.choose_root(vm);
  return vm.state().waiting ? Resume::kHalt : Resume::kRun;
}

// Units of pages that were written are gone, be it the one that runs: what comes next is looked up.
void Dbt::absorb_writes(Vm& vm) {
  pager_.absorb_writes(vm);
  for (const Gpa page : pager_.take_written_code()) vm.drop_units(page);
}

// --- translation ---

void Dbt::on(Vm& vm, const NotTranslated&) {
  const Gpa page = vm.code_page();
  if (options_.seeded_fault != DbtOptions::SeededFault::kUnwatchedCode) pager_.watch_code(vm, page);
  cpu::Unit unit = translate_at(vm, page);
  if (!vm.has_room(static_cast<u32>(unit.ops.size()))) {
    pager_.forget_code(vm);
    vm.flush_units();
    pager_.watch_code(vm, page);
  }
  vm.install_unit(std::move(unit));
}

// Reads the guest's code up to a jump, the end of the page, code that has a translation, or a unit's length.
cpu::Unit Dbt::translate_at(Vm& vm, Gpa page) {
  const bool supervisor = vm.state().supervisor();
  cpu::Unit unit{vm.state().pc, {}};
  u32 pc = unit.start;
  do {
    std::array<u8, 4> bytes{};
    vm.read_guest(page + (pc & kPageMask), bytes);
    unit.ops.push_back(translate(load_le<u32>(bytes.data()), supervisor, vm.variant()));
    pc += 4;
  } while (!ends_unit(unit.ops.back()) && unit.ops.size() < kUnitLength && (pc & kPageMask) != 0 &&
           !vm.is_translated(pc));
  if (options_.coalesce) coalesce(unit);
  return unit;
}

// --- call-outs ---

void Dbt::on(Vm& vm, const CallOut& exit) {
  const u32 pc = vm.state().pc;
  const bool memory = zisa::kRows[exit.row].kind != zisa::Kind::kSystem;
  const Emulated done = vm.emulate_called(exit);
  if (done.trap) return vm.inject(*done.trap);
  if (memory) note_call(vm, pc, done.needed_vmm);
}

// --- adaptation (Adams and Agesen 2006, section 5): accesses that keep trapping ---

// The instruction at the PC trapped and is to be emulated.
void Dbt::note_trap(Vm& vm) {
  const u32 pc = vm.state().pc;
  if (!options_.adaptive || !vm.is_translated(pc)) return;
  if (records_.size() == kMostRecords) records_.clear();
  Record& record = records_[pc];
  if (++record.trapped < kGuilty << record.returns) return;
  record.credit = kCredit;
  retranslate(vm, pc, cpu::OpKind::kCallOutLight, cpu::OpReason::kKeepsTrapping);
}

void Dbt::note_call(Vm& vm, u32 pc, bool needed) {
  Record& record = records_[pc];
  if (needed) record.credit = std::min(record.credit + kEarned, kCredit);
  else --record.credit;
  if (record.credit != 0) return;
  record = {.returns = std::min(record.returns + 1, kMostReturns)};
  retranslate(vm, pc, cpu::OpKind::kIdentical, cpu::OpReason::kNone);
}

void Dbt::retranslate(Vm& vm, u32 pc, cpu::OpKind kind, cpu::OpReason reason) {
  cpu::Unit unit = vm.unit_at(pc);
  cpu::TcOp& op = unit.ops[(pc - unit.start) / 4];
  op.kind = kind;
  op.reason = reason;
  if (options_.coalesce) coalesce(unit);
  vm.replace_unit(std::move(unit));
}

// Code in the cache has enabled interrupts, and one waits.
void Dbt::on(Vm& vm, const InterruptWindow&) { vm.accept_interrupts(); }

bool Dbt::is_late(const Vm& vm, const Exit& exit) const {
  return options_.seeded_fault == DbtOptions::SeededFault::kLateInterrupt &&
         std::holds_alternative<CallOut>(exit) && vm.next_joins();
}

// --- what the hardware reports, as under trap-and-emulate ---

// Only virtual user code has privileged instructions in it when it runs, and there they trap on the bare
// machine too.
void Dbt::on(Vm& vm, const PrivilegedInstruction& exit) {
  if (vm.state().supervisor()) return emulate(vm);
  vm.inject({Cause::kPrivileged, exit.word});
}

void Dbt::emulate(Vm& vm) {
  const Emulated done = vm.emulate_one();
  if (done.trap) vm.inject(*done.trap);
}

void Dbt::on(Vm& vm, const PageFault& exit) {
  const FaultAnswer answer = pager_.handle(vm, exit);
  if (answer.action == FaultAction::kInject) vm.inject(answer.trap);
  if (answer.action != FaultAction::kEmulate) return;
  note_trap(vm);
  emulate(vm);
}

void Dbt::on(Vm& vm, const Exception& exit) { vm.inject({exit.cause, exit.tval}); }

// This VMM offers no hypercalls; that of virtual user code traps on the bare machine too.
void Dbt::on(Vm& vm, const Hypercall& exit) { vm.inject({Cause::kHcall, exit.word}); }

void Dbt::on(Vm& vm, const Interrupt&) { vm.accept_interrupts(); }

}  // namespace ringside::strategies
