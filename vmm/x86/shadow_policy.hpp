// What the shadow pager (vmm/shadow_pager.hpp) has to know of x86. The guest's rings 0 to 2 run in
// rings 1 and 2, which are supervisor to the paging unit as ring 0 is, and ring 3 stays ring 3: one
// root serves them all, and the real U/S bit does the guest's work.
#pragma once

#include "vmm/shadow_pager.hpp"
#include "vmm/x86/vm.hpp"

namespace ringside::x86 {

using vmm::FaultAction;
using FaultAnswer = vmm::FaultAnswerOf<Trap>;

struct ShadowPolicy {
  using Vm = x86::Vm;
  using PageFault = x86::PageFault;
  using Trap = x86::Trap;
  using Walk = x86::Walk;

  static vmm::ShadowSpace space(const Vm& vm, vmm::PagerModes);
  static unsigned levels(const vmm::ShadowSpace&) { return 2; }
  static Access access(const PageFault& fault) {
    return fault.code & page_fault::kWrite ? Access::kStore : Access::kLoad;
  }
  static Walk walk(Vm& vm, const PageFault& fault);
  static bool faults(const Walk& walk) { return walk.fault; }
  static Trap true_fault(const PageFault& fault, const Walk& walk) {
    return {kPf, true, walk.code, fault.address.v, Trap::Kind::kException, 0};
  }
  /// What is no RAM is a device, or nothing: either way the instruction is emulated.
  static FaultAnswer outside(Vm& vm, const PageFault& fault, Gpa page);
  static Gpa untranslated(const Vm& vm, const PageFault& fault) {
    return vm.on_bus({fault.address.v & ~kPageMask});
  }
  static u32 untranslated_flags(const Vm&) { return pte::kRw | pte::kUs | pte::kD; }
  static mmu::Rights rights(const Vm& vm, const PageFault& fault, u32 flags, vmm::PagerModes);
};

using ShadowPager = vmm::ShadowPagerOf<ShadowPolicy>;

}  // namespace ringside::x86

extern template class ringside::vmm::ShadowPagerOf<ringside::x86::ShadowPolicy>;
