#include "vmm/machine.hpp"

#include <fmt/format.h>

namespace ringside::vmm {

using cost::Account;
using cost::Param;

namespace {
constexpr u64 kNever = ~u64{0};

u64 memory_for(const MachineConfig& config) {
  u64 bytes = 0;
  for (const GuestConfig& guest : config.guests) bytes += host_memory_bytes(guest.ram_bytes, guest.vmm_extra);
  return bytes;
}
}  // namespace

Machine::Machine(const MachineConfig& config, std::unique_ptr<Strategy> strategy)
    : ledger_(config.model),
      time_{&ledger_, config.virtual_time, 0},
      memory_({Vm::kRamBase}, memory_for(config)),
      bus_(*this),
      cpu_(0, config.variant, memory_, ledger_, time_, bus_),
      fast_(cpu_),
      scheduler_(config.guests.size(), config.slice) {
  cpu_.set_assist(config.assist);
  Hpa region = memory_.base();
  const cpu::Cpu::Loaded fresh = cpu_.put_away();
  for (std::size_t i = 0; i < config.guests.size(); ++i) {
    const GuestConfig& guest = config.guests[i];
    worlds_.push_back(std::make_unique<World>(World::Host{cpu_, memory_, ledger_, log_}, time_,
                                              guest, region, strategy->clone()));
    region = region + host_memory_bytes(guest.ram_bytes, guest.vmm_extra);
    world_ = worlds_.back().get();
    cpu_.bring_back(fresh, world_->clock);
    world_->strategy->start(world_->vm);
    world_->put_away = cpu_.put_away();
    world_->vm.put_away();
    world_->vm.set_on_cpu(false);
    scheduler_.give(i, guest.share, 0);
  }
  switch_to(0);
}

void Machine::start(Gva entry, Gpa boot_information, std::size_t number) {
  switch_to(number);
  ArchState first = cpu_.state;
  first.pc = entry.v;
  first.x[11] = static_cast<u32>(boot_information.v);
  vm().reset(first);
  cpu_.state.pc = first.pc;
  cpu_.state.x = first.x;
  if (vm().deprivileged()) cpu_.state.control(Cr::kIenable) = zisa::kInterruptBits;
  if (vm().virtualized()) enter(false);
  if (number != 0) switch_to(0);
}

u64 Machine::direct_instructions(std::size_t number) const {
  return number == current() ? cpu_.direct : worlds_[number]->put_away.direct;
}

u64 Machine::instructions(std::size_t number) const {
  const auto& counts = vm(number).internals().counts;
  return direct_instructions(number) + counts.emulated + counts.translated;
}

u64 Machine::instructions() const {
  u64 sum = 0;
  for (std::size_t i = 0; i < vms(); ++i) sum += instructions(i);
  return sum;
}

bool Machine::DeviceBus::read(Hpa address, unsigned bytes, u32& value) {
  machine_.unsettled_ = true;
  return machine_.vm().device_read({address.v}, bytes, value);
}

bool Machine::DeviceBus::write(Hpa address, unsigned bytes, u32 value) {
  machine_.unsettled_ = true;
  return machine_.vm().device_write({address.v}, bytes, value);
}

// --- time and events ---

u64 Machine::next_time_of_interest(const World& world) const {
  u64 next = world.vm.internals().platform.next_event().value_or(kNever);
  const ArchState& state = world.vm.control_state();
  if (state.control(Cr::kIenable) & interrupt_bit(Cause::kTimerInterrupt) &&
      state.timecmp() > world.clock.now())
    next = std::min(next, state.timecmp());
  return next;
}

// IPEND changes at TIMECMP, whether the timer is enabled or not.
u64 Machine::next_change() const {
  const u64 next = next_time_of_interest(*world_), timecmp = vm().control_state().timecmp();
  return timecmp > clock().now() ? std::min(next, timecmp) : next;
}

// Brings devices and pending interrupts up to the present. The end of a slice is an interrupt of the host's
// timer, which the VMM wants and the guest never learns of.
void Machine::settle() {
  vm().advance_devices();
  vm().raise_lines(scheduler_.slice_is_over(cycles()));
  due_ = next_change();
  unsettled_ = false;
}

// Whether a guest in an endless loop can still get out of it: by an interrupt, or by DMA that writes its code.
bool Machine::anything_can_come() const {
  if (vm().internals().platform.next_event()) return true;
  const ArchState& state = vm().control_state();
  if (!cpu::interrupts_enabled(state)) return false;
  const u32 pending = vm().lines() & state.control(Cr::kIenable);  // a timer may be due this instant
  return next_time_of_interest(*world_) != kNever || pending != 0 || world_->expect_input;
}

// Whether a key would wake the guest, were one pressed.
bool Machine::typing_wakes(const World& world) const {
  devices::ZisaPlatform platform = world.vm.internals().platform;
  platform.type("\n");
  const ArchState& state = world.vm.control_state();
  return platform.external_interrupt(state.control(Cr::kCpuid)) &&
         state.control(Cr::kIenable) & interrupt_bit(Cause::kExternalInterrupt);
}

// Nothing can run. Lets time pass until the next event of any VM; one for which none will come can never
// get further. In virtual time each VM has its own, so the one on the CPU need not wait for others. The one on the
// CPU may have ended.
void Machine::wait() {
  u64 next = world_->ending ? kNever : next_time_of_interest(*world_);
  if (!time_.virtual_time)
    for (const auto& world : worlds_)
      if (!world->ending) next = std::min(next, next_time_of_interest(*world));
  if (next == kNever) return wait_in_vain();
  const u64 pause = next - clock().now();
  if (time_.virtual_time)
    world_->clock.instructions = next;
  else
    ledger_.idle(pause);
  log_.add({.kind = EventKind::kIdle, .pc = vm().guest_state().pc, .a = static_cast<u32>(pause),
            .b = static_cast<u32>(pause >> 32), .cycle = cycles()});
  unsettled_ = true;
}

void Machine::wait_in_vain() {
  for (std::size_t i = 0; i < vms(); ++i) {
    World& world = *worlds_[i];
    if (world.ending) continue;
    const bool input = typing_wakes(world);
    world.waits_for_input = input && world.expect_input;
    if (world.waits_for_input) continue;
    if (i != current()) switch_to(i);
    end({Ending::Outcome::kFailed, 0,
         fmt::format("{} to {} before {:#x}",
                     input ? "waits for input that has ended: no other interrupt can come"
                           : "waits for ever: no interrupt can come",
                     world.vm.internals().paravirtual ? "the call" : "WFI",
                     vm().guest_state().pc)});
  }
}

bool Machine::waits_for_input() const {
  bool any = false;
  for (const auto& world : worlds_) {
    if (!world->ending && !world->waits_for_input) return false;
    any = any || world->waits_for_input;
  }
  return any;
}

// --- worlds ---

bool Machine::can_go_on() const {
  return cpu_.wakes() || (!vm().internals().vcpu.halted && !cpu_.state.waiting);
}

// Whether a world that is not on the CPU has something to do there. In virtual time all have: a wait
// takes them to their next event at once.
bool Machine::can_run(World& world) {
  if (world.ending || world.waits_for_input) return false;
  world.vm.advance_devices();
  const bool in_time = time_.virtual_time && next_time_of_interest(world) != kNever;
  return in_time || !world.vm.internals().vcpu.halted || world.vm.host_interrupts() != 0;
}

// Gives the CPU to whoever is next; false if there is no other.
bool Machine::reschedule() {
  const auto next = scheduler_.next([&](std::size_t i) { return can_run(*worlds_[i]); });
  if (!next) return false;
  const bool other = *next != current();
  if (!other) return scheduler_.give(*next, world_->share, cycles()), unsettled_ = true, false;
  switch_to(*next);
  scheduler_.count_switch();
  ledger_.charge(Account::kVmm, Param::kVmmSwitch);
  log_.add({.kind = EventKind::kSwitch, .pc = cpu_.state.pc, .cycle = cycles()});
  return true;
}

Spending Machine::spent(std::size_t number) const {
  Spending out = worlds_[number]->spent;
  if (number == current())
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] += ledger_.cycles(static_cast<cost::Account>(i)) - spent_before_[i];
  return out;
}

void Machine::switch_to(std::size_t number) {
  if (world_ != worlds_[number].get()) {
    world_->spent = spent(current());
    world_->put_away = cpu_.put_away();
    world_->vm.put_away();
    world_->vm.set_on_cpu(false);
    for (std::size_t i = 0; i < spent_before_.size(); ++i)
      spent_before_[i] = ledger_.cycles(static_cast<cost::Account>(i));
  }
  world_ = worlds_[number].get();
  world_->vm.set_on_cpu(true);
  cpu_.bring_back(world_->put_away, world_->clock);
  log_.set_vm(static_cast<u8>(number));
  scheduler_.give(number, world_->share, cycles());
  unsettled_ = true;
}

// --- steps ---

bool Machine::step() {
  if (ending_) return false;
  log_.set_step(steps_);
  if (!settled()) settle();
  world_->waits_for_input = false;
  if (can_go_on() && !world_->ending)
    execute();
  else
    give_way();
  look_for_end();
  ++steps_;
  return !ending_;
}

// The world on the CPU cannot go on: another does, or time passes.
void Machine::give_way() {
  const bool has_own_time =
      time_.virtual_time && !world_->ending && next_time_of_interest(*world_) != kNever;
  if (has_own_time || vms() == 1 || !reschedule()) wait();
}

void Machine::execute() {
  cpu_.state.waiting = false;
  const Cycles before = cycles();
  const u32 pc = cpu_.state.pc;
  const cpu::Step step = cpu_.step();
  if (step.kind == cpu::Step::Kind::kCompleted) {
    if (zisa::kRows[step.row].kind == zisa::Kind::kSystem) unsettled_ = true;
    if (step.for_ever && !anything_can_come())
      end({Ending::Outcome::kFailed, 0, fmt::format("jumps to itself at {:#x} with nothing that could interrupt it", pc)});
  } else if (step.kind == cpu::Step::Kind::kLeaves) {
    leave_translated(before);
  } else if (step.kind == cpu::Step::Kind::kSensitive) {
    on_sensitive(step.row);
  } else if (step.kind == cpu::Step::Kind::kExited) {
    unsettled_ = true;
    handle_exit(vm().non_root_exit(), before, Passage::kTrap);
  } else {
    after_trap(step, before);
  }
}

void Machine::after_trap(const cpu::Step& step, Cycles before) {
  unsettled_ = true;
  if (vm().deprivileged()) return handle_exit(exit_of(step.trap, step.row), before, Passage::kTrap);
  const ArchState& state = cpu_.state;
  log_.add({.kind = EventKind::kTrap, .pc = state.control(Cr::kEpc),
            .a = static_cast<u32>(step.trap.cause), .b = step.trap.tval, .cycle = cycles()});
  const bool from_kernel = state.sr & zisa::sr::kPmode;
  if (from_kernel && state.control(Cr::kEpc) == state.control(Cr::kTvec))
    vm().trapped_at_vector(step.trap);
}

// --- exits ---

// Translated code is where the CPU does not go on alone.
void Machine::leave_translated(Cycles before) {
  const cpu::TcOp* op = cpu_.operation();
  const u32 pc = cpu_.state.pc;
  if (!op) return handle_exit(NotTranslated{{pc}}, before, Passage::kCall);
  const u32 word = op->word;
  if (op->kind == cpu::OpKind::kInCache) {
    const Vm::InCache done = vm().run_in_cache();
    if (done == Vm::InCache::kDone) return;
    if (done == Vm::InCache::kEventDue)
      return handle_exit(InterruptWindow{}, cycles(), Passage::kCall);
  }
  const bool light = op->kind == cpu::OpKind::kCallOutLight;
  const bool continued = op->joins && vm().internals().inside_callout == pc;
  handle_exit(CallOut{word, zisa::decode_row(word), light, continued}, before, Passage::kCall);
}

void Machine::charge_leaving(const Exit& exit, Passage passage, bool served) {
  if (passage == Passage::kTrap)
    ledger_.charge(Account::kVmm, served && !vm().internals().calls_save_all ? Param::kHypercallEntry
                                                                             : Param::kVmmDispatch);
  if (passage != Passage::kCall) return;
  const auto* call = std::get_if<CallOut>(&exit);
  if (call && call->continued) return;
  ledger_.charge(Account::kVmm, call && call->light ? Param::kCalloutLight : Param::kCalloutFull);
}

void Machine::handle_exit(const Exit& exit, Cycles left_at, Passage passage) {
  ExitKind kind = kind_of(exit);
  VmState& state = vm().internals();
  const u32 next = cpu_.state.pc + 4;
  vm().left();
  const bool served = vm().in_hypercall(exit);
  if (served) kind.detail = detail_of_hypercall(vm().state().x[17]);
  if (passage != Passage::kFree)
    log_.add({.kind = EventKind::kExit, .detail = kind.reason, .pc = cpu_.state.pc, .a = kind.detail,
              .cycle = left_at});
  charge_leaving(exit, passage, served);
  state.vcpu.halted = world_->strategy->handle(vm(), exit) == Resume::kHalt;
  state.inside_callout.reset();
  if (std::holds_alternative<CallOut>(exit) && vm().state().pc == next) state.inside_callout = next;
  // From the VMM to translated code goes a plain jump; to the guest's own, a return from a trap.
  enter(std::holds_alternative<EntryFailure>(exit),
        passage != Passage::kCall || !state.translates(vm().state().supervisor()));
  unsettled_ = true;
  if (passage == Passage::kFree) return;
  if (std::holds_alternative<PageFault>(exit) || std::holds_alternative<NestedFault>(exit))
    kind.detail = static_cast<u8>(vm().meaning());
  state.exits[kind].add(cycles() - left_at);
  log_.add({.kind = EventKind::kEntry, .detail = kind.reason, .pc = cpu_.state.pc, .a = kind.detail,
            .cycle = cycles()});
  if (vm().take_give_way() || scheduler_.slice_is_over(cycles())) reschedule();
}

// Hardware refuses to enter by a control block that breaks a rule. The VMM may mend that once.
void Machine::enter(bool failed_before, bool by_trap_return) {
  const auto fault = vm().entered(by_trap_return);
  if (!fault || vm().failed()) return;
  if (failed_before) return vm().fail("the VMM cannot enter the guest: " + fault->text());
  handle_exit(EntryFailure{number_of(fault->field), fault->value}, cycles(), Passage::kTrap);
}

// --- holes (semantics: docs/holes.md) ---

// A sensitive instruction is about to run untrapped in a de-privileged guest. No VMM learns of it; the
// simulator compares what it does with what the bare machine would have done.
void Machine::on_sensitive(unsigned row) {
  const u32 pc = cpu_.state.pc;
  const u32 word = memory_.read<u32>(cpu_.fetch().base + (pc & kPageMask));
  if (world_->cured.test(row)) return cure(row, word);
  const zisa::Operands operands = zisa::operands(zisa::kRows[row].form, word);
  ArchState& ideal = vm().internals().vcpu.ideal;
  const u32 before = ideal.sr;
  vm().apply_to_ideal(word, cpu_.state);
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
  if (vm().internals().vcpu.virt.supervisor())
    return handle_exit(PrivilegedInstruction{word, row}, cycles(), Passage::kFree);
  vm().left();  // virtual user code runs it on the bare machine as well
  vm().emulate_one();
  vm().entered();
}

void Machine::note_hole(unsigned row, u32 pc, u32 got, u32 bare_metal) {
  HoleStatistics& hole = vm().internals().holes[row];
  if (hole.count++ == 0) hole = {1, pc, got, bare_metal};
  log_.add({.kind = EventKind::kHole, .detail = static_cast<u8>(row), .pc = pc, .a = got,
            .b = bare_metal, .cycle = cycles()});
}

// --- runs ---

void Machine::look_for_end() {
  if (const auto code = vm().internals().platform.exit_code())
    end({Ending::Outcome::kExited, *code, ""});
  else if (vm().failed())
    end(*vm().failed());
}

void Machine::end(Ending ending) {
  if (world_->ending) return;
  world_->ending = std::move(ending);
  log_.add({.kind = EventKind::kEnd, .detail = static_cast<u8>(world_->ending->outcome),
            .pc = vm().guest_state().pc, .a = world_->ending->exit_code, .cycle = cycles()});
  sum_up();
}

void Machine::end_all(const Ending& ending) {
  for (std::size_t i = 0; i < vms(); ++i) {
    if (worlds_[i]->ending) continue;
    if (i != current()) switch_to(i);
    end(ending);
  }
}

void Machine::sum_up() {
  const Ending* worst = nullptr;
  for (const auto& world : worlds_) {
    if (!world->ending) return;
    const bool well = world->ending->outcome == Ending::Outcome::kExited && world->ending->exit_code == 0;
    if (!worst && !well) worst = &*world->ending;
  }
  ending_ = worst ? *worst : *worlds_[0]->ending;
}

bool Machine::check_limits(const Limits& limits) {
  log_.set_step(steps_);
  if (limits.steps != 0 && steps_ >= limits.steps) return false;
  if (limits.pause_at != 0 && cycles() >= limits.pause_at) return false;
  if (limits.events != 0 && log_.count() >= limits.events) return false;
  if (limits.instructions != 0 && instructions() >= limits.instructions)
    end_all({Ending::Outcome::kLimit, 0, fmt::format("limit of {} instructions", limits.instructions)});
  else if (limits.cycles != 0 && cycles() >= limits.cycles)
    end_all({Ending::Outcome::kLimit, 0, fmt::format("limit of {} cycles", limits.cycles)});
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
  if (waits_for_input()) return Stop::kInput;
  if (check_limits(limits)) return std::nullopt;
  return ending_ ? Stop::kEnd : Stop::kLimit;
}

// Where it stops, nothing of the next step is done yet: events that are due belong to that.
Stop Machine::run(const Limits& limits) {
  const Start start{steps_, instructions(), memory_.watched_writes(), cpu_.state.pc};
  for (;;) {
    if (const auto why = why_stop(limits, start)) return *why;
    // A device may bring DMA or an event to stop after: that takes a step of its own.
    if (!stepping_ && !settled() && !device_due()) settle();
    if (run_fast(limits) != 0)
      if (const auto why = why_stop(limits, start)) return *why;
    step();
  }
}

bool Machine::device_due() const {
  return vm().internals().platform.next_event().value_or(kNever) <= clock().now();
}

u64 Machine::run_fast(const Limits& limits) {
  if (stepping_ || ending_ || !settled() || !can_run_fast()) return 0;
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
  return !world_->ending && !vm().internals().vcpu.halted && !cpu_.state.waiting &&
         !cpu_.interrupt_due();
}

// Time units that the fast engine may use up before something has to be looked at. An instruction takes at
// least one unit, so limits on instructions and steps are kept as well.
i64 Machine::fast_budget(const Limits& limits) const {
  u64 budget = u64{1} << 40;
  const auto at_most = [&](u64 limit, u64 now) {
    if (limit != 0) budget = std::min(budget, limit > now ? limit - now : 0);
  };
  at_most(due_, clock().now());
  at_most(limits.instructions, instructions());
  at_most(limits.steps, steps_);
  for (const Cycles limit : {limits.cycles, limits.pause_at, scheduler_.slice_end()}) {
    if (limit == 0 || cycles() >= limit) continue;
    // In virtual time a unit is an instruction, which may take many cycles.
    const u64 units = time_.virtual_time ? (limit - cycles()) / fast_.dearest_instruction() : limit - cycles();
    budget = std::min(budget, units);
  }
  return static_cast<i64>(budget);
}

void Machine::type(std::string_view input, std::size_t number) {
  vm(number).internals().platform.type(input);
  worlds_[number]->waits_for_input = false;
  unsettled_ = true;
  log_.set_step(steps_);
  log_.add({.kind = EventKind::kInput, .pc = cpu_.state.pc, .a = static_cast<u32>(input.size()),
            .cycle = cycles()});
}

u64 Machine::state_hash(std::size_t number) const {
  const Vm& of = vm(number);
  ArchState state = of.guest_state();
  state.control(Cr::kIpend) = of.lines();
  u64 hash = cpu::hash_state(state);
  hash = hash_bytes(memory_.at(of.host_of({Vm::kRamBase})), of.ram_bytes(), hash);
  return hash_mix(hash, of.internals().platform.hash());
}

}  // namespace ringside::vmm
