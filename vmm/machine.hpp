// The simulated machine with a guest on it: the exit loop, time, and the ways a run can end.
#pragma once

#include <functional>
#include <set>

#include "cpu/fast.hpp"
#include "vmm/strategy.hpp"
#include "vmm/vm.hpp"

namespace ringside::vmm {

struct MachineConfig {
  cpu::Variant variant;
  cost::Model model;
  u64 ram_bytes = 16u << 20;
  bool virtual_time = false;
  devices::ZisaPlatform::Config platform;
  std::bitset<zisa::kRowCount> cured;  ///< holes that the simulator answers as bare metal would
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
  Machine(const MachineConfig& config, std::unique_ptr<Strategy> strategy);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// To be called when the guest's image is in memory: lets the strategy set the machine up and starts
  /// the guest at `entry` with a1 = `boot_information`.
  void start(Gva entry, Gpa boot_information);

  /// One step: an event, a wait, or one attempt at an instruction with the trap, exit and handling that follow.
  /// False once the run has ended.
  bool step();

  /// Runs until the guest ends, a limit is reached, or one of the other reasons to stop comes up. Equal to as
  /// many step()s, only faster.
  Stop run(const Limits& limits);
  /// The part of run() that the fast engine does alone: no event, trap or exit comes in it. Gives the number of
  /// steps; where it stops, step() goes on.
  u64 run_fast(const Limits& limits);

  const std::optional<Ending>& ending() const { return ending_; }
  /// Steps done since the start: a position in the run.
  u64 steps() const { return steps_; }
  u64 instructions() const;
  Cycles cycles() const { return ledger_.clock(); }

  Vm& vm() { return vm_; }
  const Vm& vm() const { return vm_; }
  cpu::Cpu& cpu() { return cpu_; }
  const cpu::Cpu& cpu() const { return cpu_; }
  mmu::Memory& memory() { return memory_; }
  const mmu::Memory& memory() const { return memory_; }
  const cost::Ledger& ledger() const { return ledger_; }
  const cpu::Clock& clock() const { return clock_; }
  EventLog& log() { return log_; }
  const EventLog& log() const { return log_; }
  const Strategy& strategy() const { return *strategy_; }

  /// What the user typed, offered to the guest from now on; noted in the log.
  void type(std::string_view input);
  /// Whether the guest waits for input and for nothing else. The run has not ended.
  bool waits_for_input() const { return waits_for_input_; }
  /// Whether input may still come while the guest waits.
  void expect_input(bool expect) { expect_input_ = expect; }
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

  /// Hash of what the guest can see: registers and virtual state, RAM by guest-physical address, devices.
  u64 state_hash() const;

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

  bool settled() const { return !unsettled_ && clock_.now() < due_; }
  void settle();
  void wait();
  void execute();
  void after_trap(const cpu::Step& step, Cycles before);
  void handle_exit(const Exit& exit, Cycles left_at, bool free_of_charge);
  void on_sensitive(unsigned row);
  void cure(unsigned row, u32 word);
  void note_hole(unsigned row, u32 pc, u32 got, u32 bare_metal);
  bool may_be_interrupted() const;
  bool typing_wakes() const;
  void end(Ending ending);
  u64 next_time_of_interest() const;
  u64 next_change() const;
  bool check_limits(const Limits& limits);
  struct Start;
  bool arrived_at_breakpoint(const Start& start) const;
  std::optional<Stop> why_stop(const Limits& limits, const Start& start);
  i64 fast_budget(const Limits& limits) const;
  bool can_run_fast() const;

  cost::Ledger ledger_;
  cpu::Clock clock_;
  mmu::Memory memory_;
  DeviceBus bus_;
  cpu::Cpu cpu_;
  cpu::FastEngine fast_;
  EventLog log_;
  Vm vm_;
  std::unique_ptr<Strategy> strategy_;
  std::bitset<zisa::kRowCount> cured_;

  std::optional<Ending> ending_;
  u64 steps_ = 0;
  u64 due_ = 0;             ///< time at which settle() has something to do
  bool unsettled_ = true;   ///< something was done that may have changed lines or due_
  bool waits_for_input_ = false;
  bool expect_input_ = false;
  bool stepping_ = false;
  std::set<u32> breakpoints_;
};

}  // namespace ringside::vmm
