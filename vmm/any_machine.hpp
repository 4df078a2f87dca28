// A simulated machine, whatever its ISA: what runs, stops and goes back. The loop over the fast engine and
// exact steps is here; what a step does is the ISA's (vmm/machine.hpp).
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "cpu/clock.hpp"
#include "cpu/effects.hpp"
#include "mmu/memory.hpp"
#include "vmm/event_log.hpp"
#include "vmm/records.hpp"
#include "vmm/scheduler.hpp"

namespace ringside::vmm {

struct Snapshot;

class AnyMachine {
 public:
  virtual ~AnyMachine() = default;
  AnyMachine(const AnyMachine&) = delete;
  AnyMachine& operator=(const AnyMachine&) = delete;

  /// One step: an event, a wait, or one attempt at an instruction with the trap, exit and handling that follow.
  /// False once the run has ended.
  virtual bool step() = 0;

  /// Runs until the guest ends, a limit is reached, or one of the other reasons to stop comes up. Equal to as
  /// many step()s, only faster.
  Stop run(const Limits& limits);
  /// The part of run() that the fast engine does alone: no event, trap or exit comes in it. Gives the number of
  /// steps; where it stops, step() goes on.
  u64 run_fast(const Limits& limits);

  /// Set when all VMs have ended: that of the first of those that did not exit with 0, else of the first.
  const std::optional<Ending>& ending() const { return ending_; }
  /// How one VM ended, if it has.
  virtual const std::optional<Ending>& ending_of(std::size_t vm) const = 0;
  /// Steps done since the start: a position in the run.
  u64 steps() const { return steps_; }
  /// Of the guests, all together or one.
  u64 instructions() const;
  virtual u64 instructions(std::size_t vm) const = 0;
  virtual u64 direct_instructions(std::size_t vm) const = 0;
  Cycles cycles() const { return ledger_.clock(); }
  /// Cycles of the machine while this VM was on its CPU.
  virtual Spending spent(std::size_t vm) const = 0;

  /// How often the VMM gave the CPU to another VM.
  u64 world_switches() const { return scheduler_.switches(); }
  virtual std::size_t vms() const = 0;
  /// The number of the VM on the CPU.
  std::size_t current() const { return scheduler_.current(); }
  /// Where the CPU fetches next.
  virtual u32 pc() const = 0;
  /// Where the guest believes to be: the same but for the ISA's own reasons.
  virtual u32 guest_pc() const = 0;

  mmu::Memory& memory() { return memory_; }
  const mmu::Memory& memory() const { return memory_; }
  const cost::Ledger& ledger() const { return ledger_; }
  /// That of the VM on the CPU.
  virtual const cpu::Clock& clock() const = 0;
  EventLog& log() { return log_; }
  const EventLog& log() const { return log_; }

  /// What the user typed, offered to the guest from now on; noted in the log.
  virtual void type(std::string_view input, std::size_t vm = 0) = 0;
  /// Whether a guest waits for input and all for nothing else. The run has not ended.
  virtual bool waits_for_input() const = 0;
  /// Whether input may still come while the guest waits.
  virtual void expect_input(bool expect, std::size_t vm = 0) = 0;
  /// What a guest has printed, from character `start` on.
  virtual std::string console(std::size_t start = 0, std::size_t vm = 0) const = 0;

  /// Effects of exact steps go there; null for none.
  virtual void record_effects(cpu::Effects* effects) = 0;
  /// The same, and run() takes exact steps alone.
  void record(cpu::Effects* effects) {
    record_effects(effects);
    stepping_ = effects != nullptr;
  }
  /// run() stops before an instruction at one of these addresses, unless it starts there and nothing but
  /// waits and faults that the guest never learns of came since.
  void set_breakpoints(std::set<u32> addresses);
  const std::set<u32>& breakpoints() const { return breakpoints_; }
  /// run() stops after a write into one of these host-physical ranges, each given as first byte and length.
  void set_watchpoints(const std::vector<std::pair<Hpa, u64>>& ranges);
  /// Whether run_fast() stops before instructions that write this register; 0 for none.
  virtual void stop_before_writes_of(u32 number) = 0;
  /// Whether run() uses the stepping engine alone, as the lockstep tests ask for.
  void only_step(bool only) { stepping_ = only; }

  /// Hash of what a guest can see: registers and virtual state, RAM by guest-physical address, devices.
  virtual u64 state_hash(std::size_t vm = 0) const = 0;
  /// Hash of what the CPU holds.
  virtual u64 cpu_hash() const = 0;

  /// All but the memory's pages, for class Snapshots.
  virtual std::unique_ptr<Snapshot> save() const = 0;
  virtual void load(const Snapshot& snapshot) = 0;
  /// No pointer into memory that was handed out before may be written through any more.
  virtual void drop_write_pointers() = 0;

  /// To be called when somebody has written registers or memory beside the run.
  void note_change() { unsettled_ = true; }
  // What things are called on this ISA.
  virtual std::string isa_name() const = 0;
  virtual std::string strategy_name() const = 0;
  virtual std::string exit_name(ExitKind kind) const = 0;
  virtual std::string row_name(unsigned row) const = 0;
  /// The cause of a trap or injection by its event.
  virtual std::string cause_name(const Event& event) const = 0;
  /// The same with the address, where that says more.
  virtual std::string cause_text(const Event& event) const = 0;

  /// The bus of a device access says that something was touched.
  void device_touched() { unsettled_ = true; }

 protected:
  AnyMachine(const cost::Model& model, Hpa base, u64 memory, std::size_t guests, Cycles slice)
      : ledger_(model), memory_(base, memory), scheduler_(guests, slice) {}

  /// Brings devices and pending interrupts up to the present.
  virtual void settle() = 0;
  virtual bool device_due() const = 0;
  /// Whether nothing stands in the way of the fast engine.
  virtual bool can_run_fast() const = 0;
  virtual u64 run_engine(i64 budget) = 0;
  virtual u64 dearest_instruction() const = 0;
  virtual void set_stops(const std::vector<u32>& addresses) = 0;
  virtual void end_all(const Ending& ending) = 0;

  bool settled() const {
    return !unsettled_ && clock().now() < due_ && !scheduler_.slice_is_over(cycles());
  }
  bool check_limits(const Limits& limits);
  struct Start;
  bool arrived_at_breakpoint(const Start& start) const;
  std::optional<Stop> why_stop(const Limits& limits, const Start& start);
  i64 fast_budget(const Limits& limits) const;

  cost::Ledger ledger_;
  mmu::Memory memory_;
  EventLog log_;
  Scheduler scheduler_;
  std::optional<Ending> ending_;
  u64 steps_ = 0;
  u64 due_ = 0;             ///< time at which settle() has something to do
  bool unsettled_ = true;   ///< something was done that may have changed lines or due_
  bool stepping_ = false;
  std::set<u32> breakpoints_;
};

}  // namespace ringside::vmm
