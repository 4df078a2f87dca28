// Hardware assistance (Adams and Agesen 2006, section 4; Bhargava and others 2008): the guest runs in non-root mode
// and has a supervisor mode of its own. What it does there stays there, but for what the control block names:
// the virtual timer, waits, interrupts of the host, and pages. With nested paging the hardware translates
// guest-physical addresses by tables of the VMM; with shadow paging the VMM keeps shadow tables as it does
// without assistance, only that the guest's modes are real.
#pragma once

#include "vmm/shadow_pager.hpp"
#include "vmm/strategy.hpp"

namespace ringside::strategies {

/// What a VMM has the guest exit for, as fields of the control block hold it.
struct AskedExits {
  u32 instructions = 0, cr_reads = 0, cr_writes = 0;
};
/// What hvm asks for with nested paging: the timer is virtual, and so is the list of what is pending.
AskedExits exits_with_nested_paging();

class Hvm final : public vmm::CopyableStrategy<Hvm> {
 public:
  /// `rdcyc_exits`: reads of the cycle counter exit, where else the hardware adds an offset.
  explicit Hvm(const vmm::AssistedPaging& paging = {}, bool rdcyc_exits = false)
      : paging_(paging), rdcyc_exits_(rdcyc_exits), pager_(vmm::ShadowPager::Modes::kReal) {}

  std::string_view name() const override { return "hvm"; }
  void start(vmm::Vm& vm) override;
  vmm::Resume handle(vmm::Vm& vm, const vmm::Exit& exit) override;

 private:
  void on(vmm::Vm& vm, const vmm::PrivilegedInstruction& exit);
  void on(vmm::Vm& vm, const vmm::PageFault& exit);
  void on(vmm::Vm& vm, const vmm::NestedFault& exit);
  void on(vmm::Vm& vm, const vmm::Exception& exit);
  void on(vmm::Vm& vm, const vmm::Hypercall& exit);
  void on(vmm::Vm& vm, const vmm::Interrupt& exit);
  void on(vmm::Vm& vm, const vmm::InterruptWindow& exit);
  void on(vmm::Vm& vm, const vmm::Halt& exit);
  void on(vmm::Vm&, const vmm::EntryFailure&) {}  // there is nothing to mend: the next entry ends the run
  template <class Other>
  void on(vmm::Vm& vm, const Other&) {
    vm.fail("an exit that hvm never enabled");
  }

  void choose_exits(vmm::Vm& vm);
  void emulate(vmm::Vm& vm);
  void inject(vmm::Vm& vm, const vmm::Trap& trap);
  void reach_outside_of_ram(vmm::Vm& vm, Gpa gpa);
  void offer_interrupts(vmm::Vm& vm);

  vmm::AssistedPaging paging_;
  bool rdcyc_exits_;
  vmm::ShadowPager pager_;
  u32 window_ = 0;                  ///< what Field::kInterruptWindow holds
  std::optional<vmm::Trap> again_;  ///< the event whose delivery this exit broke off
  bool injected_ = false;           ///< an event waits for the entry
};

}  // namespace ringside::strategies
