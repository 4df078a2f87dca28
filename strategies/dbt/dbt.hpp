// Dynamic binary translation (Adams and Agesen 2006): the code of the virtual kernel is translated on demand
// and runs from a translation cache; virtual user code runs directly. Holes are no holes here, since no
// sensitive instruction of the kernel reaches the hardware. Shadow page tables, faults and virtual
// interrupts are as under trap-and-emulate.
#pragma once

#include <map>

#include "vmm/shadow_pager.hpp"
#include "vmm/strategy.hpp"

namespace ringside::strategies {

struct DbtOptions {
  bool translate_user = false;  ///< virtual user code runs translated too
  bool coalesce = true;         ///< adjacent call-outs of a unit are one
  bool adaptive = true;         ///< accesses that keep trapping become call-outs
  u32 cache = 32768;            ///< operations that the translation cache holds; at least 64

  /// Defects that tests put in, to see whether they are found.
  enum class SeededFault : u8 {
    kNone,
    kUnwatchedCode,   ///< pages whose code was translated are not watched
    kLateInterrupt,   ///< a call-out is gone through to its end before an interrupt is delivered
  };
  SeededFault seeded_fault = SeededFault::kNone;
};

class Dbt final : public vmm::CopyableStrategy<Dbt> {
 public:
  explicit Dbt(const DbtOptions& options = {}) : options_(options) {}
  std::string_view name() const override { return "dbt"; }
  void start(vmm::Vm& vm) override;
  vmm::Resume handle(vmm::Vm& vm, const vmm::Exit& exit) override;

 private:
  void on(vmm::Vm& vm, const vmm::NotTranslated& exit);
  void on(vmm::Vm& vm, const vmm::CallOut& exit);
  void on(vmm::Vm& vm, const vmm::InterruptWindow& exit);
  void on(vmm::Vm& vm, const vmm::PrivilegedInstruction& exit);
  void on(vmm::Vm& vm, const vmm::PageFault& exit);
  void on(vmm::Vm& vm, const vmm::Exception& exit);
  void on(vmm::Vm& vm, const vmm::Hypercall& exit);
  void on(vmm::Vm& vm, const vmm::Interrupt& exit);
  // Exits of hardware that this strategy does not ask for.
  template <class Other>
  void on(vmm::Vm& vm, const Other&) {
    vm.fail("an exit that binary translation never enabled");
  }
  cpu::Unit translate_at(vmm::Vm& vm, Gpa page);
  void note_trap(vmm::Vm& vm);
  void note_call(vmm::Vm& vm, u32 pc, bool needed);
  void retranslate(vmm::Vm& vm, u32 pc, cpu::OpKind kind, cpu::OpReason reason);
  void emulate(vmm::Vm& vm);
  void absorb_writes(vmm::Vm& vm);
  bool is_late(const vmm::Vm& vm, const vmm::Exit& exit) const;

  // What an instruction that accesses memory did of late.
  struct Record {
    u32 trapped = 0;  ///< as itself, since it is itself
    u32 credit = 1;   ///< as a call-out: spent by those that were not needed
    u32 returns = 0;  ///< how often it became itself again
  };
  std::map<u32, Record> records_;  ///< by guest PC
  DbtOptions options_;
  vmm::ShadowPager pager_;
};

}  // namespace ringside::strategies
