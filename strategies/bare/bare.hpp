// No virtualization: the guest owns the machine. The reference that the other strategies are held to.
#pragma once

#include "vmm/strategy.hpp"
#include "vmm/vm.hpp"

namespace ringside::strategies {

class Bare final : public vmm::CopyableStrategy<Bare> {
 public:
  std::string_view name() const override { return "bare"; }
  void start(vmm::Vm& vm) override { vm.run_bare(); }
  /// Never called: nothing leaves a guest that owns the machine.
  vmm::Resume handle(vmm::Vm& vm, const vmm::Exit&) override {
    vm.fail("an exit on the bare machine");
    return vmm::Resume::kRun;
  }
};

}  // namespace ringside::strategies
