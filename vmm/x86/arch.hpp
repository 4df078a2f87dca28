// What the machine's loop has to know of x86 (compare vmm/zisa_arch.hpp).
#pragma once

#include <functional>

#include "cpu/x86/fast.hpp"
#include "vmm/machine.hpp"
#include "vmm/x86/strategy.hpp"

namespace ringside::x86 {

struct Arch {
  using Cpu = x86::Cpu;
  using FastEngine = x86::FastEngine;
  using State = x86::State;
  using Step = x86::Step;
  using Variant = std::reference_wrapper<const CpuModel>;
  using Assist = HardwareAssist;
  using Vm = x86::Vm;
  using VmState = x86::VmState;
  using Exit = x86::Exit;
  using EntryFailure = x86::EntryFailure;
  using Strategy = x86::Strategy;
  using Platform = devices::PcPlatform;

  static constexpr std::size_t kRows = kRowCount;
  static constexpr u64 kRamBase = 0;
  static constexpr std::string_view kWait = "HLT";

  static std::string isa_name(const Cpu&) { return "x86"; }
  static std::string exit_name(vmm::ExitKind kind) { return x86::exit_name(kind); }
  static std::string cause_name(const vmm::Event& event) { return x86::cause_name(event); }
  static std::string cause_text(const vmm::Event& event) { return x86::cause_text(event); }
  static std::string_view row_name(unsigned row) { return x86::kRows[row].name; }
  static void configure(Cpu& cpu, const Assist& assist) { cpu.set_assist(assist); }
  static bool& waiting(State& state) { return state.halted; }
  static bool waiting(const State& state) { return state.halted; }
  static u32 pc(const State& state) { return state.segment(Seg::kCs).base + state.eip; }
  static u64 hash(const State& state) { return hash_state(state); }
  static bool unsettles(const Step& step) {
    return step.row < kRowCount && (x86::kRows[step.row].kind == Kind::kSystem || x86::kRows[step.row].kind == Kind::kIo);
  }
  static constexpr bool kInCacheUnsettles = true;  ///< STI lets an interrupt come one instruction later
  static bool went_on(const Step& step) { return step.kind == Step::Kind::kIterated || step.kind == Step::Kind::kHalted; }
  static CallOut call_out(const TcOp& op, bool continued) {
    return {op.insn, op.reason, op.kind == cpu::OpKind::kCallOutLight, continued};
  }
  static u64 host_memory_bytes(u64 ram, u64 extra) { return x86::host_memory_bytes(ram, extra); }
  /// How much host memory has addresses that tables can hold: CR3 and the entries of shadow tables and of a paravirtual
  /// guest's have 32 bits of address, the EPT pointer and its entries 52.
  static constexpr u64 host_memory_limit(bool nested) { return (nested ? ept::kFrame : u64{pte::kFrame}) + kPageSize; }
  static_assert(eptp::kFrame == ept::kFrame);

  /// Accesses of the bare guest to its devices.
  class DeviceBus final : public x86::Bus {
   public:
    explicit DeviceBus(vmm::MachineOf<Arch>& machine) : machine_(machine) {}
    bool read(Hpa address, unsigned bytes, u32& value) override;
    bool write(Hpa address, unsigned bytes, u32 value) override;
    u32 in(u16 port, unsigned bytes) override;
    void out(u16 port, unsigned bytes, u32 value) override;
    u8 acknowledge_interrupt() override;

   private:
    vmm::MachineOf<Arch>& machine_;
  };
};

using MachineConfig = vmm::MachineConfigOf<Arch>;
using GuestConfig = vmm::GuestConfigOf<Arch>;
using Machine = vmm::MachineOf<Arch>;

}  // namespace ringside::x86

namespace ringside::vmm {
// This ISA's own (vmm/x86/machine.cpp).
template <>
void x86::Machine::cure(unsigned row, u32 word);
template <>
void x86::Machine::on_sensitive(const x86::Step& step);
extern template class MachineOf<x86::Arch>;
}  // namespace ringside::vmm
