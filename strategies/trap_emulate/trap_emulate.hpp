// Trap-and-emulate, the classical monitor (Popek and Goldberg 1974): guest kernel and guest user both run without
// privilege (on Z-ISA in U mode; on x86 in rings 1 and 3, x86_trap_emulate.hpp); every trap comes to the VMM, which
// emulates the privileged instructions of the virtual kernel, reflects what is the guest's own, and keeps shadow page
// tables.
#pragma once

#include "vmm/shadow_pager.hpp"
#include "vmm/strategy.hpp"

namespace ringside::strategies {

/// `Isa` names the types of an ISA and tells, as static functions:
///   emulate(vm)               emulates the instruction that the exit is about
///   own_trap(vm, exit)        the guest's own trap that an exit is; nothing where the instruction is to be emulated
///   hypercall_trap(vm, exit), waits(vm)
/// and in a value of it (rest_) keeps up with what else changes in an exit: begin(), emulated(), written() when
/// watched frames are watched no more, follow() at the end.
template <class Isa>
class TrapEmulateOf final : public vmm::CopyableStrategyFor<TrapEmulateOf<Isa>, typename Isa::Strategy> {
 public:
  using Vm = typename Isa::Vm;
  using Exit = typename Isa::Exit;

  std::string_view name() const override { return "trap-emulate"; }
  void start(Vm& vm) override;
  vmm::Resume handle(Vm& vm, const Exit& exit) override;

 private:
  void on(Vm& vm, const typename Isa::PrivilegedInstruction& exit);
  void on(Vm& vm, const typename Isa::PageFault& exit);
  void on(Vm& vm, const typename Isa::Exception& exit);
  void on(Vm& vm, const vmm::Hypercall& exit);
  void on(Vm& vm, const typename Isa::Interrupt& exit);
  // Exits of hardware that this strategy does not ask for.
  template <class Other>
  void on(Vm& vm, const Other&) {
    vm.fail("an exit that trap-and-emulate never enabled");
  }
  void emulate(Vm& vm);

  typename Isa::Pager pager_;
  Isa rest_;
};

/// What of it is Z-ISA's own.
struct ZisaTrapEmulate {
  using Vm = vmm::Vm;
  using Strategy = vmm::Strategy;
  using Exit = vmm::Exit;
  using Pager = vmm::ShadowPager;
  using PageFault = vmm::PageFault;
  using PrivilegedInstruction = vmm::PrivilegedInstruction;
  using Exception = vmm::Exception;
  using Interrupt = vmm::Interrupt;

  static vmm::Emulated emulate(Vm& vm) { return vm.emulate_one(); }
  static std::optional<cpu::Trap> own_trap(const Vm& vm, const PrivilegedInstruction& exit);
  static std::optional<cpu::Trap> own_trap(const Vm& vm, const Exception& exit);
  static cpu::Trap hypercall_trap(const Vm& vm, const vmm::Hypercall& exit);
  static bool waits(const Vm& vm) { return vm.state().waiting; }

  void begin() {}
  void emulated(Vm&, unsigned) {}
  void written(Vm&) {}
  void follow(Vm&, Pager&) {}
};

using TrapEmulate = TrapEmulateOf<ZisaTrapEmulate>;
extern template class TrapEmulateOf<ZisaTrapEmulate>;

}  // namespace ringside::strategies
