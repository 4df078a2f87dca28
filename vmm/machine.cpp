#include "vmm/machine.hpp"

#include <fmt/format.h>

namespace ringside::vmm {

using cost::Account;
using cost::Param;

namespace {
constexpr u64 kNever = ~u64{0};
}

Machine::Machine(const MachineConfig& config, std::unique_ptr<Strategy> strategy)
    : ledger_(config.model),
      clock_{&ledger_, config.virtual_time, 0},
      memory_({Vm::kRamBase}, host_memory_bytes(config.ram_bytes)),
      bus_(*this),
      cpu_(0, config.variant, memory_, ledger_, clock_, bus_),
      fast_(cpu_),
      vm_({cpu_, memory_, ledger_, clock_, log_}, devices::ZisaPlatform(config.platform),
          config.ram_bytes),
      strategy_(std::move(strategy)),
      cured_(config.cured) {
  strategy_->start(vm_);
}

void Machine::start(Gva entry, Gpa boot_information) {
  ArchState first = cpu_.state;
  first.pc = entry.v;
  first.x[11] = static_cast<u32>(boot_information.v);
  vm_.internals().vcpu.virt = vm_.internals().vcpu.ideal = first;
  cpu_.state.pc = first.pc;
  cpu_.state.x = first.x;
  if (vm_.deprivileged()) {
    cpu_.state.control(Cr::kIenable) = zisa::kInterruptBits;
    vm_.entered();
  }
}

u64 Machine::instructions() const {
  const auto& counts = vm_.internals().counts;
  return cpu_.direct + counts.emulated + counts.translated;
}

bool Machine::DeviceBus::read(Hpa address, unsigned bytes, u32& value) {
  machine_.unsettled_ = true;
  return machine_.vm_.device_read({address.v}, bytes, value);
}

bool Machine::DeviceBus::write(Hpa address, unsigned bytes, u32 value) {
  machine_.unsettled_ = true;
  return machine_.vm_.device_write({address.v}, bytes, value);
}

// --- time and events ---

u64 Machine::next_time_of_interest() const {
  u64 next = vm_.internals().platform.next_event().value_or(kNever);
  const ArchState& state = vm_.control_state();
  if (state.control(Cr::kIenable) & interrupt_bit(Cause::kTimerInterrupt) &&
      state.timecmp() > clock_.now())
    next = std::min(next, state.timecmp());
  return next;
}

// IPEND changes at TIMECMP, whether the timer is enabled or not.
u64 Machine::next_change() const {
  const u64 next = next_time_of_interest(), timecmp = vm_.control_state().timecmp();
  return timecmp > clock_.now() ? std::min(next, timecmp) : next;
}

// Brings devices and pending interrupts up to the present.
void Machine::settle() {
  vm_.advance_devices();
  cpu_.state.control(Cr::kIpend) = vm_.deprivileged() ? vm_.host_interrupts() : vm_.lines();
  due_ = next_change();
  unsettled_ = false;
}

bool Machine::may_be_interrupted() const {
  if (!cpu::interrupts_enabled(vm_.control_state())) return false;
  return next_time_of_interest() != kNever || cpu::enabled_pending(cpu_.state) != 0 || expect_input_;
}

// Whether a key would wake the guest, were one pressed.
bool Machine::typing_wakes() const {
  devices::ZisaPlatform platform = vm_.internals().platform;
  platform.type("\n");
  const ArchState state = vm_.guest_state();
  return platform.external_interrupt(state.control(Cr::kCpuid)) &&
         state.control(Cr::kIenable) & interrupt_bit(Cause::kExternalInterrupt);
}

// Lets time pass until the next event; a guest for which none will come can never get further.
void Machine::wait() {
  const u64 next = next_time_of_interest();
  if (next == kNever) {
    const bool input = typing_wakes();
    if (input && expect_input_)
      waits_for_input_ = true;
    else
      end({Ending::Outcome::kFailed, 0,
           fmt::format("{} to WFI before {:#x}",
                       input ? "waits for input that has ended: no other interrupt can come"
                             : "waits for ever: no interrupt can come",
                       vm_.guest_state().pc)});
    return;
  }
  const u64 pause = next - clock_.now();
  if (clock_.virtual_time)
    clock_.instructions = next;
  else
    ledger_.idle(pause);
  log_.add({.kind = EventKind::kIdle, .pc = vm_.guest_state().pc, .a = static_cast<u32>(pause),
            .b = static_cast<u32>(pause >> 32), .cycle = cycles()});
  unsettled_ = true;
}

// --- steps ---

bool Machine::step() {
  if (ending_) return false;
  log_.set_step(steps_);
  if (!settled()) settle();
  waits_for_input_ = false;
  const bool wakes = cpu::enabled_pending(cpu_.state) != 0;
  if (vm_.internals().vcpu.halted && !wakes) {
    wait();
  } else if (cpu_.state.waiting && !wakes) {
    wait();
  } else {
    cpu_.state.waiting = false;
    execute();
  }
  if (const auto code = vm_.internals().platform.exit_code())
    end({Ending::Outcome::kExited, *code, ""});
  else if (vm_.failed())
    end(*vm_.failed());
  ++steps_;
  return !ending_;
}

void Machine::execute() {
  const Cycles before = cycles();
  const u32 pc = cpu_.state.pc;
  const cpu::Step step = cpu_.step();
  if (step.kind == cpu::Step::Kind::kCompleted) {
    if (zisa::kRows[step.row].kind == zisa::Kind::kSystem) unsettled_ = true;
    if (step.to_itself && !may_be_interrupted())
      end({Ending::Outcome::kFailed, 0, fmt::format("jumps to itself at {:#x} with nothing that could interrupt it", pc)});
  } else if (step.kind == cpu::Step::Kind::kSensitive) {
    on_sensitive(step.row);
  } else {
    after_trap(step, before);
  }
}

void Machine::after_trap(const cpu::Step& step, Cycles before) {
  unsettled_ = true;
  if (vm_.deprivileged()) return handle_exit(exit_of(step.trap, step.row), before, false);
  const ArchState& state = cpu_.state;
  log_.add({.kind = EventKind::kTrap, .pc = state.control(Cr::kEpc),
            .a = static_cast<u32>(step.trap.cause), .b = step.trap.tval, .cycle = cycles()});
  const bool from_kernel = state.sr & zisa::sr::kPmode;
  if (from_kernel && !zisa::is_interrupt(step.trap.cause) &&
      state.control(Cr::kEpc) == state.control(Cr::kTvec))
    end({Ending::Outcome::kFailed, 0,
         fmt::format("the trap vector itself traps: {}", zisa::cause_name(step.trap.cause))});
}

// --- exits ---

void Machine::handle_exit(const Exit& exit, Cycles left_at, bool free_of_charge) {
  ExitKind kind = kind_of(exit);
  VmState& state = vm_.internals();
  vm_.left();
  if (!free_of_charge) {
    log_.add({.kind = EventKind::kExit, .detail = kind.reason, .pc = cpu_.state.pc, .a = kind.detail,
              .cycle = left_at});
    ledger_.charge(Account::kVmm, Param::kVmmDispatch);
  }
  state.vcpu.halted = strategy_->handle(vm_, exit) == Resume::kHalt;
  vm_.entered();
  unsettled_ = true;
  if (free_of_charge) return;
  if (std::holds_alternative<PageFault>(exit)) kind.detail = static_cast<u8>(vm_.meaning());
  state.exits[kind].add(cycles() - left_at);
  log_.add({.kind = EventKind::kEntry, .detail = kind.reason, .pc = cpu_.state.pc, .a = kind.detail,
            .cycle = cycles()});
}

// --- holes (semantics: docs/holes.md) ---

// A sensitive instruction is about to run untrapped in a de-privileged guest. No VMM learns of it; the
// simulator compares what it does with what the bare machine would have done.
void Machine::on_sensitive(unsigned row) {
  const u32 pc = cpu_.state.pc;
  const u32 word = memory_.read<u32>(cpu_.fetch().base + (pc & kPageMask));
  if (cured_.test(row)) return cure(row, word);
  const zisa::Operands operands = zisa::operands(zisa::kRows[row].form, word);
  ArchState& ideal = vm_.internals().vcpu.ideal;
  const u32 before = ideal.sr;
  vm_.apply_to_ideal(word, cpu_.state);
  const u32 bare_metal = ideal.x[operands.rd];
  cpu_.step(true);
  unsettled_ = true;
  if (operands.rd != 0 && cpu_.state.x[operands.rd] != bare_metal)
    note_hole(row, pc, cpu_.state.x[operands.rd], bare_metal);
  // Only a change of SR that the real one did not follow is a drop; flags were written.
  if ((ideal.sr ^ before) & ~zisa::sr::kFlags) note_hole(row, pc, before, ideal.sr);
}

void Machine::cure(unsigned row, u32 word) {
  ledger_.charge(cpu_.account(), Param::kInsn);
  ledger_.charge(cpu_.account(), Param::kSystemRegister);
  const cost::Muted free(ledger_);
  if (vm_.internals().vcpu.virt.supervisor())
    return handle_exit(PrivilegedInstruction{word, row}, cycles(), true);
  vm_.left();  // virtual user code runs it on the bare machine as well
  vm_.emulate_one();
  vm_.entered();
}

void Machine::note_hole(unsigned row, u32 pc, u32 got, u32 bare_metal) {
  HoleStatistics& hole = vm_.internals().holes[row];
  if (hole.count++ == 0) hole = {1, pc, got, bare_metal};
  log_.add({.kind = EventKind::kHole, .detail = static_cast<u8>(row), .pc = pc, .a = got,
            .b = bare_metal, .cycle = cycles()});
}

// --- runs ---

void Machine::end(Ending ending) {
  if (ending_) return;
  ending_ = std::move(ending);
  log_.add({.kind = EventKind::kEnd, .detail = static_cast<u8>(ending_->outcome),
            .pc = vm_.guest_state().pc, .a = ending_->exit_code, .cycle = cycles()});
}

bool Machine::check_limits(const Limits& limits) {
  log_.set_step(steps_);
  if (limits.steps != 0 && steps_ >= limits.steps) return false;
  if (limits.pause_at != 0 && cycles() >= limits.pause_at) return false;
  if (limits.events != 0 && log_.count() >= limits.events) return false;
  if (limits.instructions != 0 && instructions() >= limits.instructions)
    end({Ending::Outcome::kLimit, 0, fmt::format("limit of {} instructions", limits.instructions)});
  else if (limits.cycles != 0 && cycles() >= limits.cycles)
    end({Ending::Outcome::kLimit, 0, fmt::format("limit of {} cycles", limits.cycles)});
  return !ending_;
}

// Where a run began. At a breakpoint it has arrived once: an instruction that is tried again after a hidden
// fault, or one that an interrupt ends a wait before, is no new arrival.
struct Machine::Start {
  u64 steps, instructions, watched_writes;
  u32 pc;
};

bool Machine::arrived_at_breakpoint(const Start& start) const {
  const u32 pc = cpu_.state.pc;
  const bool same_arrival = pc == start.pc && instructions() == start.instructions;
  return steps_ != start.steps && breakpoints_.contains(pc) && !same_arrival;
}

std::optional<Stop> Machine::why_stop(const Limits& limits, const Start& start) {
  if (ending_) return Stop::kEnd;
  if (memory_.watched_writes() != start.watched_writes) return Stop::kWatchpoint;
  if (!breakpoints_.empty() && arrived_at_breakpoint(start)) return Stop::kBreakpoint;
  if (waits_for_input_) return Stop::kInput;
  if (check_limits(limits)) return std::nullopt;
  return ending_ ? Stop::kEnd : Stop::kLimit;
}

// Where it stops, nothing of the next step is done yet: events that are due belong to that.
Stop Machine::run(const Limits& limits) {
  const Start start{steps_, instructions(), memory_.watched_writes(), cpu_.state.pc};
  for (;;) {
    if (const auto why = why_stop(limits, start)) return *why;
    if (run_fast(limits) != 0)
      if (const auto why = why_stop(limits, start)) return *why;
    step();
  }
}

u64 Machine::run_fast(const Limits& limits) {
  if (stepping_ || ending_) return 0;
  if (!settled()) {
    // A device may bring DMA or an event to stop after: that takes a step of its own.
    if (vm_.internals().platform.next_event().value_or(kNever) <= clock_.now()) return 0;
    settle();
  }
  if (!can_run_fast()) return 0;
  // Nothing is looked up before an instruction that a limit keeps from running.
  const i64 budget = fast_budget(limits);
  if (budget <= 0 || !cpu_.fetch_cached()) return 0;
  const u64 done = fast_.run(budget);
  steps_ += done;
  return done;
}

void Machine::set_watchpoints(const std::vector<std::pair<Hpa, u64>>& ranges) {
  memory_.unwatch_all();
  for (const auto& [first, bytes] : ranges) memory_.watch(first, bytes);
  cpu_.mmu().tlb.drop_tags();
}

// The fast engine leaves instructions at these addresses to the exact one.
void Machine::set_breakpoints(std::set<u32> addresses) {
  breakpoints_ = std::move(addresses);
  fast_.set_stops({breakpoints_.begin(), breakpoints_.end()});
}

bool Machine::can_run_fast() const {
  return !vm_.internals().vcpu.halted && !cpu_.state.waiting && !cpu_.interrupt_due();
}

// Time units that the fast engine may use up before something has to be looked at. An instruction takes at
// least one unit, so limits on instructions and steps are kept as well.
i64 Machine::fast_budget(const Limits& limits) const {
  u64 budget = u64{1} << 40;
  const auto at_most = [&](u64 limit, u64 now) {
    if (limit != 0) budget = std::min(budget, limit > now ? limit - now : 0);
  };
  at_most(due_, clock_.now());
  at_most(limits.instructions, instructions());
  at_most(limits.steps, steps_);
  for (const Cycles limit : {limits.cycles, limits.pause_at}) {
    if (limit == 0 || cycles() >= limit) continue;
    // In virtual time a unit is an instruction, which may take many cycles.
    const u64 units = clock_.virtual_time ? (limit - cycles()) / fast_.dearest_instruction() : limit - cycles();
    budget = std::min(budget, units);
  }
  return static_cast<i64>(budget);
}

void Machine::type(std::string_view input) {
  vm_.internals().platform.type(input);
  waits_for_input_ = false;
  unsettled_ = true;
  log_.set_step(steps_);
  log_.add({.kind = EventKind::kInput, .pc = cpu_.state.pc, .a = static_cast<u32>(input.size()),
            .cycle = cycles()});
}

u64 Machine::state_hash() const {
  ArchState state = vm_.guest_state();
  state.control(Cr::kIpend) = vm_.lines();
  u64 hash = cpu::hash_state(state);
  hash = hash_bytes(memory_.at(vm_.host_of({Vm::kRamBase})), vm_.ram_bytes(), hash);
  return hash_mix(hash, vm_.internals().platform.hash());
}

}  // namespace ringside::vmm
