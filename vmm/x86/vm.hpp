// A virtual PC: the guest's virtual privileged state, its devices and memory, and the operations by which a
// strategy works on them. The counterpart of vmm/vm.hpp.
#pragma once

#include <map>
#include <span>

#include "cpu/translation.hpp"
#include "cpu/x86/cpu.hpp"
#include "devices/pc_platform.hpp"
#include "vmm/event_log.hpp"
#include "vmm/records.hpp"
#include "vmm/x86/exit.hpp"

namespace ringside::x86 {

/// One virtual CPU, as the VMM keeps it.
struct Vcpu {
  State virt;   ///< what the VMM believes that the guest set
  State ideal;  ///< the same with every sensitive instruction applied that slipped through
  bool halted = false;
};

/// All that changes in a Vm: a copyable value, so that a copy is a snapshot.
struct VmState {
  explicit VmState(devices::PcPlatform devices) : platform(std::move(devices)) {}
  Vcpu vcpu;
  devices::PcPlatform platform;
  bool paravirtual = false;  ///< the guest knows of the VMM: it makes hypercalls
  vmm::InstructionCounts counts;  ///< `direct` is the CPU's
  std::map<vmm::ExitKind, vmm::ExitStatistics> exits;
  std::map<unsigned, vmm::HoleStatistics> holes;  ///< by row
};

class Vm {
 public:
  /// Where the parts of the machine are; all outlive the Vm.
  struct Host {
    Cpu& cpu;
    mmu::Memory& memory;
    cost::Ledger& ledger;
    cpu::Clock& clock;
    vmm::EventLog& log;
  };
  /// `region` is where in host memory the host_memory_bytes() for this VM begin.
  Vm(Host host, devices::PcPlatform platform, u64 ram_bytes, Hpa region, u64 vmm_extra = 0);
  Vm(const Vm&) = delete;
  Vm& operator=(const Vm&) = delete;

  // --- how the hardware runs the guest: one of these, in Strategy::start ---

  /// The guest owns the machine: traps go through its own IDT, guest-physical is host-physical.
  void run_bare();

  // --- guest memory ---

  bool is_ram(Gpa address, u64 bytes = 1) const {
    return address.v < ram_bytes_ && bytes <= ram_bytes_ - address.v;
  }
  u64 ram_bytes() const { return ram_bytes_; }
  bool copy_out(Gpa from, std::span<u8> to) const;
  bool copy_in(Gpa to, std::span<const u8> from);
  /// Guest-physical address of a linear one by the guest's own tables; no price, no trace.
  std::optional<Gpa> peek_translate(const State& state, u32 linear) const;
  /// The instruction at a state's EIP, if it can be read; no price, no trace.
  std::optional<Instruction> peek_instruction(const State& state) const;

  /// Software effort that no other operation stands for.
  void work(cost::Param parameter, u64 n = 1) { host_.ledger.charge(cost::Account::kVmm, parameter, n); }
  /// The guest can never get further.
  void fail(std::string reason);

  // --- for the machine and its reports; strategies do not see these ---

  static constexpr u64 kNever = ~u64{0};
  VmState& internals() { return s_; }
  const VmState& internals() const { return s_; }
  Hpa host_of(Gpa address) const { return ram_host_ + address.v; }
  bool deprivileged() const { return host_.cpu.trap_to == cpu::TrapTo::kVmm; }
  bool virtualized() const { return deprivileged(); }
  std::string_view paging_name() const { return virtualized() ? "shadow" : "none"; }
  const cpu::TranslationCache::Counts* translation() const { return nullptr; }
  const State& guest_state() const { return on_cpu_ ? host_.cpu.state : s_.vcpu.virt; }
  u32 guest_pc() const { return guest_state().eip; }
  /// Linear address of the instruction that comes next.
  u32 guest_linear_pc() const { return guest_state().segment(Seg::kCs).base + guest_state().eip; }
  /// Puts the guest into this state, as the strategy's start() has arranged it, and loads the CPU.
  void reset(const State& state);
  u64 state_hash() const;

  // Time and interrupts, as the machine's loop asks for them (see vmm/vm.hpp).
  u64 next_time_of_interest() const { return s_.platform.next_event().value_or(kNever); }
  u64 next_change() const { return next_time_of_interest(); }
  bool device_due() const { return next_time_of_interest() <= host_.clock.now(); }
  bool anything_can_come(bool expect_input) const;
  bool typing_wakes() const;
  void advance_devices();
  /// Puts what is pending where the hardware looks for it.
  void raise_lines(bool timer = false);
  u32 host_interrupts() const { return s_.platform.pending().has_value(); }
  void put_away() {}
  void set_on_cpu(bool on_cpu) { on_cpu_ = on_cpu; }
  const devices::Transcript& console() const { return s_.platform.console(); }
  void type(std::string_view text) { s_.platform.type(text, host_.clock.now()); }

  // Exits, as the machine counts them.
  Exit exit_of_trap(const Step& step) const;
  Exit non_root_exit() const { return Halt{}; }
  vmm::Event event_of_trap(const Step& step) const;
  std::optional<std::string> fatal(const Step& step) const;
  struct EntryFault {
    std::string text() const { return ""; }
  };
  EntryFailure entry_failure(const EntryFault&) const { return {}; }
  void left();
  std::optional<EntryFault> entered(bool by_trap_return = true);
  vmm::ExitKind kind_of_exit(const Exit& exit) const { return kind_of(exit); }
  vmm::ExitKind kind_when_handled(const Exit&, vmm::ExitKind before) const { return before; }
  void charge_leaving(const Exit& exit, vmm::Passage passage);
  void handled(const Exit&) {}
  bool enters_by_return(vmm::Passage) const { return true; }
  bool take_give_way() { return false; }

  /// Why the machine was switched off or reset, if it was.
  std::optional<vmm::Ending> ended() const;
  const std::optional<vmm::Ending>& failed() const { return failed_; }
  void set_failed(std::optional<vmm::Ending> failed) { failed_ = std::move(failed); }

  // The bus of the bare machine.
  bool device_read(Gpa address, unsigned bytes, u32& value);
  bool device_write(Gpa address, unsigned bytes, u32 value);
  u32 port_in(u16 port, unsigned bytes) { return s_.platform.in(port, bytes, host_.clock.now()); }
  void port_out(u16 port, unsigned bytes, u32 value);

 private:
  std::string where(const State& state) const;

  Host host_;
  u64 ram_bytes_;
  Hpa ram_host_;
  bool on_cpu_ = true;
  VmState s_;
  std::optional<vmm::Ending> failed_;
};

}  // namespace ringside::x86
