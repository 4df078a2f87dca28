// Trap-and-emulate, the classical monitor (Popek and Goldberg 1974): guest kernel and guest user both run
// in U mode; every trap comes to the VMM, which emulates the privileged instructions of the virtual
// kernel, reflects what is the guest's own, and keeps shadow page tables.
#pragma once

#include "vmm/shadow_pager.hpp"
#include "vmm/strategy.hpp"

namespace ringside::strategies {

class TrapEmulate final : public vmm::CopyableStrategy<TrapEmulate> {
 public:
  std::string_view name() const override { return "trap-emulate"; }
  void start(vmm::Vm& vm) override;
  vmm::Resume handle(vmm::Vm& vm, const vmm::Exit& exit) override;

 private:
  void on(vmm::Vm& vm, const vmm::PrivilegedInstruction& exit);
  void on(vmm::Vm& vm, const vmm::PageFault& exit);
  void on(vmm::Vm& vm, const vmm::Exception& exit);
  void on(vmm::Vm& vm, const vmm::Hypercall& exit);
  void on(vmm::Vm& vm, const vmm::Interrupt& exit);
  // Exits of hardware that this strategy does not ask for.
  template <class Other>
  void on(vmm::Vm& vm, const Other&) {
    vm.fail("an exit that trap-and-emulate never enabled");
  }
  void emulate(vmm::Vm& vm);

  vmm::ShadowPager pager_;
};

}  // namespace ringside::strategies
