// Hardware assistance on x86 (Adams and Agesen 2006, section 4; Bhargava and others 2008): the guest runs in VMX non-root
// operation and has its four rings there. What it does stays there, but for what the VMCS names: CPUID, ports, MSRs,
// waits, interrupts of the host, and pages, which the hardware translates by extended page tables of the VMM. With shadow
// paging the VMM keeps shadow tables as it does without assistance, only that the guest's rings are real.
#pragma once

#include "vmm/x86/shadow_policy.hpp"
#include "vmm/x86/strategy.hpp"

namespace ringside::strategies {

class X86Hvm final : public x86::CopyableStrategy<X86Hvm> {
 public:
  /// `nested`: paging by EPT, else by shadow tables. `rdtsc_exits`: reads of the time-stamp counter exit, where else the
  /// hardware adds an offset.
  explicit X86Hvm(bool nested = true, bool rdtsc_exits = false)
      : nested_(nested), rdtsc_exits_(rdtsc_exits), pager_(vmm::PagerModes::kReal) {}

  std::string_view name() const override { return "hvm"; }
  void start(x86::Vm& vm) override;
  vmm::Resume handle(x86::Vm& vm, const x86::Exit& exit) override;

 private:
  void on(x86::Vm& vm, const x86::PrivilegedInstruction& exit);
  void on(x86::Vm& vm, const x86::PortIo& exit);
  void on(x86::Vm& vm, const x86::NestedFault& exit);
  void on(x86::Vm& vm, const x86::PageFault& exit);
  void on(x86::Vm& vm, const x86::Exception& exit);
  void on(x86::Vm& vm, const x86::Hypercall& exit);
  void on(x86::Vm& vm, const x86::Interrupt& exit);
  void on(x86::Vm& vm, const x86::InterruptWindow& exit);
  void on(x86::Vm& vm, const x86::Halt& exit);
  void on(x86::Vm& vm, const x86::TripleFault& exit);
  void on(x86::Vm&, const x86::EntryFailure&) {}  // there is nothing to mend: the next entry ends the run
  template <class Other>
  void on(x86::Vm& vm, const Other&) {
    vm.fail("an exit that hvm never enabled");
  }

  void ask_for_exits(x86::Vm& vm);
  void ask_for_shadow_exits(x86::Vm& vm);
  void finish(x86::Vm& vm, const x86::Emulated& done);
  void follow_a20(x86::Vm& vm);
  void reach_outside_of_ram(x86::Vm& vm, Gpa gpa, u32 qualification);
  void inject(x86::Vm& vm, const x86::Trap& trap);
  void offer_interrupts(x86::Vm& vm);
  void set_windows(x86::Vm& vm);

  bool nested_, rdtsc_exits_;
  x86::ShadowPager pager_;
  bool a20_ = true;                  ///< address line 20, as the shadow tables have it
  u32 primary_ = 0;                  ///< what Field::kPrimaryControls holds
  bool nmi_waits_ = false;           ///< an NMI of the guest's, until it can take it
  std::optional<x86::Trap> again_;   ///< the event whose delivery this exit broke off
  bool injected_ = false;            ///< an event waits for the entry
};

}  // namespace ringside::strategies
