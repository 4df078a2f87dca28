// Trap-and-emulate on x86, by ring compression: the guest's kernel runs in ring 1, its user code in
// ring 3, with IOPL 0. The VMM keeps copies of the guest's descriptors as well. What is sensitive and does not trap
// (Robin and Irvine 2000) it never learns of.
#pragma once

#include "strategies/trap_emulate/trap_emulate.hpp"
#include "vmm/x86/ring_follower.hpp"
#include "vmm/x86/strategy.hpp"

namespace ringside::strategies {

/// What of TrapEmulateOf is x86's own.
class X86TrapEmulateRest {
 public:
  using Vm = x86::Vm;
  using Strategy = x86::Strategy;
  using Exit = x86::Exit;
  using Pager = x86::ShadowPager;
  using PageFault = x86::PageFault;
  using PrivilegedInstruction = x86::PrivilegedInstruction;
  using Exception = x86::Exception;
  using Interrupt = x86::Interrupt;

  static x86::Emulated emulate(Vm& vm) { return vm.emulate_rest(vm.emulate_one()); }
  /// What the guest's privilege does not allow comes out of the emulation as a fault of its own.
  static std::optional<x86::Trap> own_trap(const Vm&, const PrivilegedInstruction&) { return std::nullopt; }
  static std::optional<x86::Trap> own_trap(const Vm& vm, const Exception& exit);
  static x86::Trap hypercall_trap(const Vm& vm, const vmm::Hypercall& exit);
  static bool waits(const Vm& vm) { return vm.state().halted; }

  void begin() { rings_.begin(); }
  void emulated(Vm& vm, unsigned row) { rings_.emulated(vm, row); }
  void written(Vm& vm) { rings_.descriptors_written(vm); }
  void follow(Vm& vm, Pager& pager);

 private:
  x86::RingFollower rings_;
};

using X86TrapEmulate = TrapEmulateOf<X86TrapEmulateRest>;
extern template class TrapEmulateOf<X86TrapEmulateRest>;

}  // namespace ringside::strategies
