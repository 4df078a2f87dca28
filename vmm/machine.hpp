// The simulated machine with one VM on it or several: the exit loop, time, and the ways a run can end.
#pragma once

#include <functional>
#include <set>

#include "cpu/fast.hpp"
#include "vmm/scheduler.hpp"
#include "vmm/world.hpp"

namespace ringside::vmm {

struct MachineConfig {
  cpu::Variant variant;
  cost::Model model;
  std::vector<GuestConfig> guests;
  bool virtual_time = false;
  Cycles slice = 1'000'000;  ///< of a VM with share 1, where there are several
  cpu::HardwareAssist assist = {};  ///< what there is beside non-root mode, where the variant has that
};

/// Where a run is to stop at the latest. 0 stands for no limit.
struct Limits {
  u64 instructions = 0;  ///< of the guest
  Cycles cycles = 0;
  u64 steps = 0;         ///< stop (without an ending) once so many machine steps are done
  Cycles pause_at = 0;   ///< stop (without an ending) at the first boundary at or past this cycle
  u64 events = 0;        ///< stop (without an ending) once the log has so many events
};

/// Why a run stopped.
enum class Stop : u8 {
  kLimit,       ///< a limit that stops without an ending
  kBreakpoint,  ///< before an instruction at a breakpoint
  kWatchpoint,  ///< after a step that wrote watched memory
  kInput,       ///< the guest waits for input that may still come
  kEnd,
};

class Machine {
 public:
  /// Every guest gets a clone of `strategy`: they run under one VMM. One that owns the machine can be alone only.
  Machine(const MachineConfig& config, std::unique_ptr<Strategy> strategy);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// To be called for each VM, in order, when its image is in memory: it starts at `entry` with
  /// a1 = `boot_information`.
  void start(Gva entry, Gpa boot_information, std::size_t vm = 0);

  /// One step: an event, a wait, or one attempt at an instruction with the trap, exit and handling that follow.
  /// False once the run has ended.
  bool step();

  /// Runs until the guest ends, a limit is reached, or one of the other reasons to stop comes up. Equal to as
  /// many step()s, only faster.
  Stop run(const Limits& limits);
  /// The part of run() that the fast engine does alone: no event, trap or exit comes in it. Gives the number of
  /// steps; where it stops, step() goes on.
  u64 run_fast(const Limits& limits);

  /// Set when all VMs have ended: that of the first of those that did not exit with 0, else of the first.
  const std::optional<Ending>& ending() const { return ending_; }
  /// Steps done since the start: a position in the run.
  u64 steps() const { return steps_; }
  /// Of the guests, all together or one.
  u64 instructions() const;
  u64 instructions(std::size_t vm) const;
  u64 direct_instructions(std::size_t vm) const;
  Cycles cycles() const { return ledger_.clock(); }
  /// Cycles of the machine while this VM was on its CPU.
  Spending spent(std::size_t vm) const;

  /// How often the VMM gave the CPU to another VM.
  u64 world_switches() const { return scheduler_.switches(); }

  std::size_t vms() const { return worlds_.size(); }
  /// The VM on the CPU, and its number.
  Vm& vm() { return world_->vm; }
  const Vm& vm() const { return world_->vm; }
  std::size_t current() const { return scheduler_.current(); }
  const World& world(std::size_t vm) const { return *worlds_[vm]; }
  Vm& vm(std::size_t number) { return worlds_[number]->vm; }
  const Vm& vm(std::size_t number) const { return worlds_[number]->vm; }
  cpu::Cpu& cpu() { return cpu_; }
  const cpu::Cpu& cpu() const { return cpu_; }
  mmu::Memory& memory() { return memory_; }
  const mmu::Memory& memory() const { return memory_; }
  const cost::Ledger& ledger() const { return ledger_; }
  const cpu::Clock& clock() const { return world_->clock; }
  EventLog& log() { return log_; }
  const EventLog& log() const { return log_; }
  const Strategy& strategy() const { return *world_->strategy; }

  /// What the user typed, offered to the guest from now on; noted in the log.
  void type(std::string_view input, std::size_t vm = 0);
  /// To be called when somebody has written registers or memory beside the run.
  void note_change() { unsettled_ = true; }
  /// Whether a guest waits for input and all for nothing else. The run has not ended.
  bool waits_for_input() const;
  /// Whether input may still come while the guest waits.
  void expect_input(bool expect, std::size_t vm = 0) { worlds_[vm]->expect_input = expect; }
  /// Effects of steps go there; null for none.
  void record(cpu::Effects* effects) {
    cpu_.record(effects);
    stepping_ = effects != nullptr;
  }
  /// run() stops before an instruction at one of these addresses, unless it starts there and nothing but
  /// waits and faults that the guest never learns of came since.
  void set_breakpoints(std::set<u32> addresses);
  const std::set<u32>& breakpoints() const { return breakpoints_; }
  /// run() stops after a write into one of these host-physical ranges, each given as first byte and length.
  void set_watchpoints(const std::vector<std::pair<Hpa, u64>>& ranges);
  /// Whether run_fast() stops before instructions that write this register (1 to 31); 0 for none.
  void stop_before_writes_of(u32 number) { fast_.set_stop_register(number); }
  /// Whether run() uses the stepping engine alone, as the lockstep tests ask for.
  void only_step(bool only) { stepping_ = only; }

  /// Hash of what a guest can see: registers and virtual state, RAM by guest-physical address, devices.
  u64 state_hash(std::size_t vm = 0) const;

 private:
  friend class Snapshots;

  // Accesses of the bare guest to its devices.
  class DeviceBus final : public cpu::Bus {
   public:
    explicit DeviceBus(Machine& machine) : machine_(machine) {}
    bool read(Hpa address, unsigned bytes, u32& value) override;
    bool write(Hpa address, unsigned bytes, u32 value) override;

   private:
    Machine& machine_;
  };

  bool settled() const {
    return !unsettled_ && clock().now() < due_ && !scheduler_.slice_is_over(cycles());
  }
  void settle();
  void give_way();
  void wait();
  void wait_in_vain();
  void execute();
  void after_trap(const cpu::Step& step, Cycles before);
  /// How the guest is left for the VMM.
  enum class Passage : u8 {
    kTrap,  ///< by the hardware
    kCall,  ///< by a call in translated code
    kFree,  ///< not at all: the simulator asks beside the run, and nobody pays
  };
  void handle_exit(const Exit& exit, Cycles left_at, Passage passage);
  void charge_leaving(const Exit& exit, Passage passage, bool served);
  void leave_translated(Cycles before);
  void enter(bool failed_before, bool by_trap_return = true);
  void on_sensitive(unsigned row);
  void cure(unsigned row, u32 word);
  void note_hole(unsigned row, u32 pc, u32 got, u32 bare_metal);
  bool anything_can_come() const;
  bool typing_wakes(const World& world) const;
  void look_for_end();
  void end(Ending ending);
  void end_all(const Ending& ending);
  void sum_up();
  u64 next_time_of_interest(const World& world) const;
  u64 next_change() const;
  bool can_go_on() const;
  bool can_run(World& world);
  bool reschedule();
  void switch_to(std::size_t vm);
  bool check_limits(const Limits& limits);
  struct Start;
  bool arrived_at_breakpoint(const Start& start) const;
  std::optional<Stop> why_stop(const Limits& limits, const Start& start);
  i64 fast_budget(const Limits& limits) const;
  bool can_run_fast() const;
  bool device_due() const;

  cost::Ledger ledger_;
  cpu::Clock time_;  ///< what the worlds' clocks begin as
  mmu::Memory memory_;
  DeviceBus bus_;
  cpu::Cpu cpu_;
  cpu::FastEngine fast_;
  EventLog log_;
  std::vector<std::unique_ptr<World>> worlds_;
  World* world_ = nullptr;  ///< on the CPU
  Scheduler scheduler_;
  Spending spent_before_{};  ///< by all, when the one on the CPU came there

  std::optional<Ending> ending_;
  u64 steps_ = 0;
  u64 due_ = 0;             ///< time at which settle() has something to do
  bool unsettled_ = true;   ///< something was done that may have changed lines or due_
  bool stepping_ = false;
  std::set<u32> breakpoints_;
};

}  // namespace ringside::vmm
