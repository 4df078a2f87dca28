// The code of MachineOf (vmm/machine.hpp), for those who instantiate it.
#pragma once

#include <fmt/format.h>

#include "vmm/machine_snapshot.hpp"

namespace ringside::vmm {

template <class A>
u64 memory_for(const MachineConfigOf<A>& config) {
  u64 bytes = 0;
  for (const auto& guest : config.guests) bytes += A::host_memory_bytes(guest.ram_bytes, guest.vmm_extra);
  return bytes;
}

template <class A>
MachineOf<A>::MachineOf(const MachineConfigOf<A>& config, std::unique_ptr<typename A::Strategy> strategy)
    : AnyMachine(config.model, {A::kRamBase}, memory_for(config), config.guests.size(), config.slice),
      time_{&ledger_, config.virtual_time, 0},
      bus_(*this),
      cpu_(0, config.variant, memory_, ledger_, time_, bus_),
      fast_(cpu_) {
  A::configure(cpu_, config.assist);
  Hpa region = memory_.base();
  const typename A::Cpu::Loaded fresh = cpu_.put_away();
  for (std::size_t i = 0; i < config.guests.size(); ++i) {
    const GuestConfigOf<A>& guest = config.guests[i];
    worlds_.push_back(std::make_unique<World>(typename World::Host{cpu_, memory_, ledger_, log_}, time_,
                                              guest, region, strategy->clone()));
    region = region + A::host_memory_bytes(guest.ram_bytes, guest.vmm_extra);
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

template <class A>
void MachineOf<A>::start_from(const typename A::State& first, std::size_t number) {
  switch_to(number);
  vm().reset(first);
  if (vm().virtualized()) enter(false);
  if (number != 0) switch_to(0);
}

template <class A>
u64 MachineOf<A>::direct_instructions(std::size_t number) const {
  return number == current() ? cpu_.direct : worlds_[number]->put_away.direct;
}

template <class A>
u64 MachineOf<A>::instructions(std::size_t number) const {
  const auto& counts = vm(number).internals().counts;
  return direct_instructions(number) + counts.emulated + counts.translated;
}

// --- time and events ---

// The end of a slice is an interrupt of the host's timer, which the VMM wants and the guest never learns of.
template <class A>
void MachineOf<A>::settle() {
  vm().advance_devices();
  vm().raise_lines(scheduler_.slice_is_over(cycles()));
  due_ = vm().next_change();
  unsettled_ = false;
}

// Nothing can run. Lets time pass until the next event of any VM; one for which none will come can never
// get further. In virtual time each VM has its own, so the one on the CPU need not wait for others. The one on the
// CPU may have ended.
template <class A>
void MachineOf<A>::wait() {
  u64 next = world_->ending ? Vm::kNever : vm().next_time_of_interest();
  if (!time_.virtual_time)
    for (const auto& world : worlds_)
      if (!world->ending) next = std::min(next, world->vm.next_time_of_interest());
  if (next == Vm::kNever) return wait_in_vain();
  const u64 pause = next - clock().now();
  if (time_.virtual_time)
    world_->clock.instructions = next;
  else
    ledger_.idle(pause);
  log_.add({.kind = EventKind::kIdle, .pc = guest_pc(), .a = static_cast<u32>(pause),
            .b = static_cast<u32>(pause >> 32), .cycle = cycles()});
  unsettled_ = true;
}

template <class A>
void MachineOf<A>::wait_in_vain() {
  for (std::size_t i = 0; i < vms(); ++i) {
    World& world = *worlds_[i];
    if (world.ending) continue;
    const bool input = world.vm.typing_wakes();
    world.waits_for_input = input && world.expect_input;
    if (world.waits_for_input) continue;
    if (i != current()) switch_to(i);
    end({Ending::Outcome::kFailed, 0,
         fmt::format("{} to {} before {:#x}{}",
                     input ? "waits for input that has ended: no other interrupt can come"
                           : "waits for ever: no interrupt can come",
                     world.vm.internals().paravirtual ? "the call" : A::kWait, guest_pc(),
                     input ? "" : " (" + world.vm.why_deaf() + ")")});
  }
}

template <class A>
bool MachineOf<A>::waits_for_input() const {
  bool any = false;
  for (const auto& world : worlds_) {
    if (!world->ending && !world->waits_for_input) return false;
    any = any || world->waits_for_input;
  }
  return any;
}

// --- worlds ---

template <class A>
bool MachineOf<A>::can_go_on() const {
  return cpu_.wakes() || (!vm().internals().vcpu.halted && !A::waiting(cpu_.state));
}

// Whether a world that is not on the CPU has something to do there. In virtual time all have: a wait
// takes them to their next event at once.
template <class A>
bool MachineOf<A>::can_run(World& world) {
  if (world.ending || world.waits_for_input) return false;
  world.vm.advance_devices();
  const bool in_time = time_.virtual_time && world.vm.next_time_of_interest() != Vm::kNever;
  return in_time || !world.vm.internals().vcpu.halted || world.vm.host_interrupts() != 0;
}

// Gives the CPU to whoever is next; false if there is no other.
template <class A>
bool MachineOf<A>::reschedule() {
  const auto next = scheduler_.next([&](std::size_t i) { return can_run(*worlds_[i]); });
  if (!next) return false;
  const bool other = *next != current();
  if (!other) return scheduler_.give(*next, world_->share, cycles()), unsettled_ = true, false;
  switch_to(*next);
  scheduler_.count_switch();
  ledger_.charge(cost::Account::kVmm, cost::Param::kVmmSwitch);
  log_.add({.kind = EventKind::kSwitch, .pc = pc(), .cycle = cycles()});
  return true;
}

template <class A>
Spending MachineOf<A>::spent(std::size_t number) const {
  Spending out = worlds_[number]->spent;
  if (number == current())
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] += ledger_.cycles(static_cast<cost::Account>(i)) - spent_before_[i];
  return out;
}

template <class A>
void MachineOf<A>::switch_to(std::size_t number) {
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

template <class A>
bool MachineOf<A>::step() {
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
template <class A>
void MachineOf<A>::give_way() {
  const bool has_own_time =
      time_.virtual_time && !world_->ending && vm().next_time_of_interest() != Vm::kNever;
  if (has_own_time || vms() == 1 || !reschedule()) wait();
}

template <class A>
void MachineOf<A>::execute() {
  A::waiting(cpu_.state) = false;
  const Cycles before = cycles();
  const u32 at = pc();
  const Step step = cpu_.step();
  using Kind = typename Step::Kind;
  if (step.kind == Kind::kCompleted) {
    if (A::unsettles(step)) unsettled_ = true;
    if (step.for_ever && !vm().anything_can_come(world_->expect_input))
      end({Ending::Outcome::kFailed, 0, fmt::format("jumps to itself at {:#x} with nothing that could interrupt it", at)});
  } else if (A::went_on(step)) {
    return;
  } else if (step.kind == Kind::kLeaves) {
    leave_translated(before);
  } else if (step.kind == Kind::kSensitive) {
    on_sensitive(step);
  } else if (step.kind == Kind::kExited) {
    unsettled_ = true;
    handle_exit(vm().non_root_exit(), before, Passage::kTrap);
  } else {
    after_trap(step, before);
  }
}

template <class A>
void MachineOf<A>::after_trap(const Step& step, Cycles before) {
  unsettled_ = true;
  if (vm().deprivileged()) return handle_exit(vm().exit_of_trap(step), before, Passage::kTrap);
  log_.add(vm().event_of_trap(step));
  vm().trapped(step);
}

// Translated code is where the CPU does not go on alone.
template <class A>
void MachineOf<A>::leave_translated(Cycles before) {
  const auto* op = cpu_.operation();
  const u32 at = pc();
  if (!op) return handle_exit(NotTranslated{{at}}, before, Passage::kCall);
  const auto call_out = A::call_out(*op, op->joins && vm().internals().code.inside_callout == at);
  if (op->kind == cpu::OpKind::kInCache) {
    const InCache done = vm().run_in_cache();
    unsettled_ |= A::kInCacheUnsettles;
    if (done == InCache::kDone) return;
    if constexpr (requires { vm().trapped_in_cache(); })
      if (done == InCache::kTrapped) return after_trap(vm().trapped_in_cache(), before);
    if (done == InCache::kEventDue)
      return handle_exit(InterruptWindow{}, cycles(), Passage::kCall);
  }
  handle_exit(call_out, before, Passage::kCall);
}

// --- exits ---

template <class A>
void MachineOf<A>::handle_exit(const Exit& exit, Cycles left_at, Passage passage) {
  vm().left();
  ExitKind kind = vm().kind_of_exit(exit);
  if (passage != Passage::kFree)
    log_.add({.kind = EventKind::kExit, .detail = kind.reason, .pc = pc(), .a = kind.detail, .cycle = left_at});
  vm().charge_leaving(exit, passage);
  vm().internals().vcpu.halted = world_->strategy->handle(vm(), exit) == Resume::kHalt;
  vm().handled(exit);
  enter(std::holds_alternative<typename A::EntryFailure>(exit), vm().enters_by_return(passage));
  unsettled_ = true;
  if (passage == Passage::kFree) return;
  kind = vm().kind_when_handled(exit, kind);
  vm().internals().exits[kind].add(cycles() - left_at);
  log_.add({.kind = EventKind::kEntry, .detail = kind.reason, .pc = pc(), .a = kind.detail, .cycle = cycles()});
  if (vm().take_give_way() || scheduler_.slice_is_over(cycles())) reschedule();
}

// Hardware refuses to enter by a control block that breaks a rule. The VMM may mend that once.
template <class A>
void MachineOf<A>::enter(bool failed_before, bool by_trap_return) {
  const auto fault = vm().entered(by_trap_return);
  if (!fault || vm().failed()) return;
  if (failed_before) return vm().fail("the VMM cannot enter the guest: " + fault->text());
  handle_exit(vm().entry_failure(*fault), cycles(), Passage::kTrap);
}

template <class A>
void MachineOf<A>::note_hole(unsigned row, u32 pc, u32 got, u32 bare_metal) {
  HoleStatistics& hole = vm().internals().holes[row];
  if (hole.count++ == 0) hole = {1, pc, got, bare_metal};
  log_.add({.kind = EventKind::kHole, .detail = static_cast<u8>(row), .pc = pc, .a = got,
            .b = bare_metal, .cycle = cycles()});
}

// --- endings ---

template <class A>
void MachineOf<A>::look_for_end() {
  if (auto ending = vm().ended()) end(std::move(*ending));
}

template <class A>
void MachineOf<A>::end(Ending ending) {
  if (world_->ending) return;
  world_->ending = std::move(ending);
  log_.add({.kind = EventKind::kEnd, .detail = static_cast<u8>(world_->ending->outcome),
            .pc = guest_pc(), .a = world_->ending->exit_code, .cycle = cycles()});
  sum_up();
}

template <class A>
void MachineOf<A>::end_all(const Ending& ending) {
  for (std::size_t i = 0; i < vms(); ++i) {
    if (worlds_[i]->ending) continue;
    if (i != current()) switch_to(i);
    end(ending);
  }
}

template <class A>
void MachineOf<A>::sum_up() {
  const Ending* worst = nullptr;
  for (const auto& world : worlds_) {
    if (!world->ending) return;
    const bool well = world->ending->outcome == Ending::Outcome::kExited && world->ending->exit_code == 0;
    if (!worst && !well) worst = &*world->ending;
  }
  ending_ = worst ? *worst : *worlds_[0]->ending;
}

template <class A>
bool MachineOf<A>::can_run_fast() const {
  return !world_->ending && !vm().internals().vcpu.halted && !A::waiting(cpu_.state) &&
         !cpu_.interrupt_due();
}

template <class A>
void MachineOf<A>::type(std::string_view input, std::size_t number) {
  vm(number).type(input);
  worlds_[number]->waits_for_input = false;
  unsettled_ = true;
  log_.set_step(steps_);
  log_.add({.kind = EventKind::kInput, .pc = pc(), .a = static_cast<u32>(input.size()),
            .cycle = cycles()});
}

}  // namespace ringside::vmm
