// The simulated machine with one VM on it or several, for one ISA: worlds, steps, exits, and the ways a run
// can end. The code of the template is in vmm/machine_impl.hpp; what only Z-ISA does, in vmm/machine.cpp.
#pragma once

#include "vmm/any_machine.hpp"
#include "vmm/world.hpp"

namespace ringside::vmm {

template <class A>
struct MachineConfigOf {
  typename A::Variant variant;
  cost::Model model;
  std::vector<GuestConfigOf<A>> guests;
  bool virtual_time = false;
  Cycles slice = 1'000'000;        ///< of a VM with share 1, where there are several
  typename A::Assist assist = {};  ///< what there is beside non-root mode, where the variant has that
};
using MachineConfig = MachineConfigOf<ZisaArch>;

template <class A>
class MachineOf final : public AnyMachine {
 public:
  using Vm = typename A::Vm;
  using Exit = typename A::Exit;
  using Step = typename A::Step;
  using World = WorldOf<A>;

  /// Every guest gets a clone of `strategy`: they run under one VMM. One that owns the machine can be alone only.
  MachineOf(const MachineConfigOf<A>& config, std::unique_ptr<typename A::Strategy> strategy);

  /// To be called for each VM, in order, when its image is in memory: how its CPU is to begin.
  void start_from(const typename A::State& first, std::size_t vm = 0);
  /// The same on Z-ISA: at `entry`, with a1 = `boot_information`.
  void start(Gva entry, Gpa boot_information, std::size_t vm = 0);

  bool step() override;
  const std::optional<Ending>& ending_of(std::size_t vm) const override { return worlds_[vm]->ending; }
  using AnyMachine::instructions;
  u64 instructions(std::size_t vm) const override;
  u64 direct_instructions(std::size_t vm) const override;
  Spending spent(std::size_t vm) const override;
  std::size_t vms() const override { return worlds_.size(); }
  u32 pc() const override { return A::pc(cpu_.state); }
  u32 guest_pc() const override { return vm().guest_pc(); }
  const cpu::Clock& clock() const override { return world_->clock; }
  void type(std::string_view input, std::size_t vm = 0) override;
  bool waits_for_input() const override;
  void expect_input(bool expect, std::size_t vm = 0) override { worlds_[vm]->expect_input = expect; }
  std::string console(std::size_t start = 0, std::size_t vm = 0) const override {
    return worlds_[vm]->vm.console().text(start);
  }
  void stop_before_writes_of(u32 number) override { fast_.set_stop_register(number); }
  u64 state_hash(std::size_t vm = 0) const override { return this->vm(vm).state_hash(); }
  u64 cpu_hash() const override { return A::hash(cpu_.state); }
  std::unique_ptr<Snapshot> save() const override;
  void load(const Snapshot& snapshot) override;
  void record_effects(cpu::Effects* effects) override { cpu_.record(effects); }
  std::string isa_name() const override { return A::isa_name(cpu_); }
  std::string strategy_name() const override { return std::string(strategy().name()); }
  std::string exit_name(ExitKind kind) const override { return A::exit_name(kind); }
  std::string row_name(unsigned row) const override { return std::string(A::row_name(row)); }
  std::string cause_name(const Event& event) const override { return A::cause_name(event); }
  std::string cause_text(const Event& event) const override { return A::cause_text(event); }
  void drop_write_pointers() override { cpu_.mmu().tlb.drop_tags(); }

  /// The VM on the CPU, or any by its number.
  Vm& vm() { return world_->vm; }
  const Vm& vm() const { return world_->vm; }
  Vm& vm(std::size_t number) { return worlds_[number]->vm; }
  const Vm& vm(std::size_t number) const { return worlds_[number]->vm; }
  const World& world(std::size_t vm) const { return *worlds_[vm]; }
  typename A::Cpu& cpu() { return cpu_; }
  const typename A::Cpu& cpu() const { return cpu_; }
  const typename A::Strategy& strategy() const { return *world_->strategy; }

 private:
  void settle() override;
  bool device_due() const override { return vm().device_due(); }
  bool can_run_fast() const override;
  // Nothing is looked up before an instruction that a limit keeps from running.
  u64 run_engine(i64 budget) override { return cpu_.fetch_cached() ? fast_.run(budget) : 0; }
  u64 dearest_instruction() const override { return fast_.dearest_instruction(); }
  void set_stops(const std::vector<u32>& addresses) override { fast_.set_stops(addresses); }

  void give_way();
  void wait();
  void wait_in_vain();
  void execute();
  void after_trap(const Step& step, Cycles before);
  void handle_exit(const Exit& exit, Cycles left_at, Passage passage);
  void leave_translated(Cycles before);
  void enter(bool failed_before, bool by_trap_return = true);
  void on_sensitive(const Step& step);
  void cure(unsigned row, u32 word);
  void note_hole(unsigned row, u32 pc, u32 got, u32 bare_metal);
  void look_for_end();
  void end(Ending ending);
  void end_all(const Ending& ending) override;
  void sum_up();
  bool can_go_on() const;
  bool can_run(World& world);
  bool reschedule();
  void switch_to(std::size_t vm);

  cpu::Clock time_;  ///< what the worlds' clocks begin as
  typename A::DeviceBus bus_;
  typename A::Cpu cpu_;
  typename A::FastEngine fast_;
  std::vector<std::unique_ptr<World>> worlds_;
  World* world_ = nullptr;   ///< on the CPU
  Spending spent_before_{};  ///< by all, when the one on the CPU came there
};

using Machine = MachineOf<ZisaArch>;

// Z-ISA's own (vmm/machine.cpp).
template <>
void Machine::start(Gva entry, Gpa boot_information, std::size_t vm);
template <>
void Machine::cure(unsigned row, u32 word);
template <>
void Machine::on_sensitive(const cpu::Step& step);
extern template class MachineOf<ZisaArch>;

}  // namespace ringside::vmm
