#include "vmm/any_machine.hpp"

#include <fmt/format.h>

namespace ringside::vmm {

u64 AnyMachine::instructions() const {
  u64 sum = 0;
  for (std::size_t i = 0; i < vms(); ++i) sum += instructions(i);
  return sum;
}

bool AnyMachine::check_limits(const Limits& limits) {
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
struct AnyMachine::Start {
  u64 steps, instructions, watched_writes;
  u32 pc;
};

bool AnyMachine::arrived_at_breakpoint(const Start& start) const {
  const bool same_arrival = pc() == start.pc && instructions() == start.instructions;
  return steps_ != start.steps && breakpoints_.contains(pc()) && !same_arrival;
}

std::optional<Stop> AnyMachine::why_stop(const Limits& limits, const Start& start) {
  if (ending_) return Stop::kEnd;
  if (memory_.watched_writes() != start.watched_writes) return Stop::kWatchpoint;
  if (!breakpoints_.empty() && arrived_at_breakpoint(start)) return Stop::kBreakpoint;
  if (waits_for_input()) return Stop::kInput;
  if (check_limits(limits)) return std::nullopt;
  return ending_ ? Stop::kEnd : Stop::kLimit;
}

// Where it stops, nothing of the next step is done yet: events that are due belong to that.
Stop AnyMachine::run(const Limits& limits) {
  const Start start{steps_, instructions(), memory_.watched_writes(), pc()};
  for (;;) {
    if (const auto why = why_stop(limits, start)) return *why;
    // A device may bring DMA or an event to stop after: that takes a step of its own.
    if (!stepping_ && !settled() && !device_due()) settle();
    if (run_fast(limits) != 0)
      if (const auto why = why_stop(limits, start)) return *why;
    step();
  }
}

u64 AnyMachine::run_fast(const Limits& limits) {
  if (stepping_ || ending_ || !settled() || !can_run_fast()) return 0;
  const i64 budget = fast_budget(limits);
  if (budget <= 0) return 0;
  const u64 done = run_engine(budget);
  steps_ += done;
  return done;
}

void AnyMachine::set_watchpoints(const std::vector<std::pair<Hpa, u64>>& ranges) {
  memory_.unwatch_all();
  for (const auto& [first, bytes] : ranges) memory_.watch(first, bytes);
  drop_write_pointers();
}

// The fast engine leaves instructions at these addresses to the exact one.
void AnyMachine::set_breakpoints(std::set<u32> addresses) {
  breakpoints_ = std::move(addresses);
  set_stops({breakpoints_.begin(), breakpoints_.end()});
}

// Time units that the fast engine may use up before something has to be looked at. An instruction takes at
// least one unit, so limits on instructions and steps are kept as well.
i64 AnyMachine::fast_budget(const Limits& limits) const {
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
    const u64 units = clock().virtual_time ? (limit - cycles()) / dearest_instruction() : limit - cycles();
    budget = std::min(budget, units);
  }
  return static_cast<i64>(budget);
}

}  // namespace ringside::vmm
