// Binary translation on x86: the guest's kernel runs translated in ring 1, its user code directly in ring 3. The monitor's
// descriptor tables and the shadow page tables are those of trap-and-emulate.
#pragma once

#include "strategies/dbt/dbt.hpp"
#include "vmm/x86/ring_follower.hpp"
#include "vmm/x86/strategy.hpp"

namespace ringside::strategies {

/// What of DbtOf is x86's own.
class X86DbtRest {
 public:
  using Vm = x86::Vm;
  using Strategy = x86::Strategy;
  using Exit = x86::Exit;
  using Pager = x86::ShadowPager;
  using CallOut = x86::CallOut;
  using PageFault = x86::PageFault;
  using PrivilegedInstruction = x86::PrivilegedInstruction;
  using Exception = x86::Exception;
  using Interrupt = x86::Interrupt;

  static x86::TcOp translate(Vm& vm, Gpa page, u32 pc);
  static bool ends_unit(const x86::TcOp& op);
  static bool is_memory(const CallOut& call) { return call.reason == cpu::OpReason::kKeepsTrapping; }

  void begin() { rings_.begin(); }
  void emulated(Vm& vm, unsigned row) { rings_.emulated(vm, row); }
  void forgotten(Vm& vm) { rings_.descriptors_written(vm); }
  void follow(Vm& vm, Pager& pager);

  static bool waits(const Vm& vm) { return vm.state().halted; }
  static std::optional<x86::Trap> own_trap(const Vm&, const PrivilegedInstruction&) { return std::nullopt; }
  static std::optional<x86::Trap> own_trap(const Vm& vm, const Exception& exit);
  static x86::Trap hypercall_trap(const vmm::Hypercall&);

 private:
  x86::RingFollower rings_;
};

using X86Dbt = DbtOf<X86DbtRest>;
extern template class DbtOf<X86DbtRest>;

}  // namespace ringside::strategies
