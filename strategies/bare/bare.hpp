// No virtualization: the guest owns the machine. The reference that the other strategies are held to.
#pragma once

#include "vmm/strategy.hpp"
#include "vmm/vm.hpp"
#include "vmm/x86/strategy.hpp"

namespace ringside::strategies {

template <class Vm, class Exit>
class BareOn final : public vmm::CopyableStrategyFor<BareOn<Vm, Exit>, vmm::StrategyFor<Vm, Exit>> {
 public:
  std::string_view name() const override { return "bare"; }
  void start(Vm& vm) override { vm.run_bare(); }
  /// Never called: nothing leaves a guest that owns the machine.
  vmm::Resume handle(Vm& vm, const Exit&) override {
    vm.fail("an exit on the bare machine");
    return vmm::Resume::kRun;
  }
};

using Bare = BareOn<vmm::Vm, vmm::Exit>;
using X86Bare = BareOn<x86::Vm, x86::Exit>;

}  // namespace ringside::strategies
