// Trap-and-emulate with one defect on purpose: what `check` must find.
#pragma once

#include <memory>

#include "vmm/shadow_pager.hpp"
#include "vmm/strategy.hpp"

namespace ringside::test {

enum class Defect {
  kNone,
  kStaleShadow,    ///< writes to page tables are not forwarded to the shadow
  kLostInterrupt,  ///< an interrupt now and then is accepted and never delivered
  kPcNotAdvanced,  ///< an emulated instruction now and then is executed again
  kMappedOutside,  ///< a shadow entry leads into the VMM's own memory
  kInjectedTwice,  ///< an interrupt now and then is delivered twice
  kWritableTable,  ///< traced pages are mapped for writing
  kInterpreter,    ///< everything is emulated, exit or not
};

/// Where a defect needs the host's memory: set once the machine is made.
using HostMemory = std::shared_ptr<mmu::Memory*>;

class FaultyVmm final : public vmm::CopyableStrategy<FaultyVmm> {
 public:
  explicit FaultyVmm(Defect defect, HostMemory memory = nullptr)
      : defect_(defect), memory_(std::move(memory)) {}

  std::string_view name() const override { return "faulty"; }
  void start(vmm::Vm& vm) override;
  vmm::Resume handle(vmm::Vm& vm, const vmm::Exit& exit) override;

 private:
  void on(vmm::Vm& vm, const vmm::PrivilegedInstruction& exit);
  void on(vmm::Vm& vm, const vmm::PageFault& exit);
  void on(vmm::Vm& vm, const vmm::Exception& exit);
  void on(vmm::Vm& vm, const vmm::Hypercall& exit);
  void on(vmm::Vm& vm, const vmm::Interrupt& exit);
  template <class Other>
  void on(vmm::Vm& vm, const Other&) {
    vm.fail("an exit that was never enabled");
  }
  void emulate(vmm::Vm& vm);
  void deliver(vmm::Vm& vm);
  void interpret(vmm::Vm& vm);
  void spoil_mapping(vmm::Vm& vm, Gva address);
  bool now_and_then() { return ++opportunities_ % 7 == 0; }

  Defect defect_;
  HostMemory memory_;
  vmm::ShadowPager pager_;
  unsigned opportunities_ = 0;
};

}  // namespace ringside::test
