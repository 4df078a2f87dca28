// Hardware assistance on x86 with one defect on purpose: what `check` must find.
#pragma once

#include <memory>
#include <optional>

#include "mmu/memory.hpp"
#include "strategies/hvm/x86_hvm.hpp"
#include "support/faulty_vmm.hpp"

namespace ringside::test {

/// Runs the guest as hvm does and spoils what that has done. Of the defects those that mean something there:
/// kStaleShadow is, with nested paging, an entry of the EPT that is not dropped when address line 20 switches, and with
/// shadow paging one that stays when the guest writes its tables.
class FaultyHvm final : public x86::CopyableStrategy<FaultyHvm> {
 public:
  explicit FaultyHvm(Defect defect, HostMemory memory = nullptr, bool nested = true)
      : defect_(defect), memory_(std::move(memory)), hvm_(nested) {}

  std::string_view name() const override { return "faulty"; }
  void start(x86::Vm& vm) override { hvm_.start(vm); }
  vmm::Resume handle(x86::Vm& vm, const x86::Exit& exit) override;

 private:
  void before(x86::Vm& vm, const x86::Exit& exit);
  void after(x86::Vm& vm, const x86::Exit& exit, u32 eip);
  void spoil_mapping(x86::Vm& vm, const vmm::NestedFault& exit);
  void spoil_traces(x86::Vm& vm);
  void spoil_events(x86::Vm& vm);
  void interpret(x86::Vm& vm);
  bool now_and_then() { return ++opportunities_ % 7 == 0; }

  Defect defect_;
  HostMemory memory_;
  strategies::X86Hvm hvm_;
  std::optional<u32> again_;  ///< an interrupt that is to come once more, as the VMCS has it
  unsigned opportunities_ = 0;
};

}  // namespace ringside::test
