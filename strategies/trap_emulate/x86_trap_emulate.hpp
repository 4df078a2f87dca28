// Trap-and-emulate on x86, by ring compression: the guest's kernel runs in ring 1, its user code in
// ring 3, with IOPL 0. Every trap comes to the VMM, which emulates what ring 0 alone may do,
// reflects what is the guest's own, keeps shadow page tables and copies of the guest's descriptors.
// What is sensitive and does not trap (Robin and Irvine 2000) it never learns of.
#pragma once

#include "vmm/x86/ring_follower.hpp"
#include "vmm/x86/strategy.hpp"

namespace ringside::strategies {

class X86TrapEmulate final : public x86::CopyableStrategy<X86TrapEmulate> {
 public:
  std::string_view name() const override { return "trap-emulate"; }
  void start(x86::Vm& vm) override;
  vmm::Resume handle(x86::Vm& vm, const x86::Exit& exit) override;

 private:
  void on(x86::Vm& vm, const x86::PrivilegedInstruction& exit);
  void on(x86::Vm& vm, const x86::PageFault& exit);
  void on(x86::Vm& vm, const x86::Exception& exit);
  void on(x86::Vm& vm, const x86::Interrupt& exit);
  // Exits of hardware that this strategy does not ask for.
  template <class Other>
  void on(x86::Vm& vm, const Other&) {
    vm.fail("an exit that trap-and-emulate never enabled");
  }
  void emulate(x86::Vm& vm);

  x86::ShadowPager pager_;
  x86::RingFollower rings_;
};

}  // namespace ringside::strategies
