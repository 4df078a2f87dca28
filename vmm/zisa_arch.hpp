// What the machine's loop has to know of Z-ISA: types, and the few facts in which ISAs differ. Another ISA
// brings a struct of the same shape (vmm/x86/arch.hpp).
#pragma once

#include <bitset>

#include "cpu/fast.hpp"
#include "vmm/strategy.hpp"
#include "vmm/vm.hpp"

namespace ringside::vmm {

template <class A>
class MachineOf;

struct ZisaArch {
  using Cpu = cpu::Cpu;
  using FastEngine = cpu::FastEngine;
  using State = cpu::ArchState;
  using Step = cpu::Step;
  using Variant = cpu::Variant;
  using Assist = cpu::HardwareAssist;
  using Vm = vmm::Vm;
  using VmState = vmm::VmState;
  using Exit = vmm::Exit;
  using EntryFailure = vmm::EntryFailure;
  using Strategy = vmm::Strategy;
  using Platform = devices::ZisaPlatform;

  static constexpr std::size_t kRows = zisa::kRowCount;
  static constexpr u64 kRamBase = Vm::kRamBase;
  static constexpr std::string_view kWait = "WFI";  ///< what waits for an interrupt

  static std::string isa_name(const Cpu& cpu) { return cpu.variant().name; }
  static std::string exit_name(ExitKind kind) { return vmm::exit_name(kind); }
  static std::string cause_name(const Event& event) { return vmm::cause_name(event); }
  static std::string cause_text(const Event& event) { return vmm::cause_text(event); }
  static std::string_view row_name(unsigned row) { return zisa::kRows[row].name; }
  static void configure(Cpu& cpu, const Assist& assist) { cpu.set_assist(assist); }
  static bool& waiting(State& state) { return state.waiting; }
  static bool waiting(const State& state) { return state.waiting; }
  static u32 pc(const State& state) { return state.pc; }
  static u64 hash(const State& state) { return cpu::hash_state(state); }
  /// Whether lines and due times have to be looked at anew after the instruction.
  static bool unsettles(const Step& step) { return zisa::kRows[step.row].kind == zisa::Kind::kSystem; }
  /// The same after an operation on virtual registers in translated code, which looks at events itself.
  static constexpr bool kInCacheUnsettles = false;
  /// Whether it was no more than a part of an instruction.
  static bool went_on(const Step&) { return false; }
  static CallOut call_out(const cpu::TcOp& op, bool continued) {
    return {op.insn, zisa::decode_row(op.insn), op.kind == cpu::OpKind::kCallOutLight, continued};
  }
  static u64 host_memory_bytes(u64 ram, u64 extra) { return vmm::host_memory_bytes(ram, extra); }
  /// How much host memory, from kRamBase on, has addresses that tables can hold: entries, and what finds a root, have 22 bits
  /// of frame. Nested tables have the same entries.
  static constexpr u64 host_memory_limit(bool /*nested*/) { return ((u64{mmu::ptbr::kFrame} + 1) << kPageShift) - kRamBase; }
  static_assert(mmu::pte::frame(~u32{0}) == mmu::ptbr::kFrame);

  /// Accesses of the bare guest to its devices.
  class DeviceBus final : public cpu::Bus {
   public:
    explicit DeviceBus(MachineOf<ZisaArch>& machine) : machine_(machine) {}
    bool read(Hpa address, unsigned bytes, u32& value) override;
    bool write(Hpa address, unsigned bytes, u32 value) override;

   private:
    MachineOf<ZisaArch>& machine_;
  };
};

}  // namespace ringside::vmm
