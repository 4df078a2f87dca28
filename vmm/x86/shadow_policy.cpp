#include "vmm/x86/shadow_policy.hpp"

#include "vmm/shadow_pager_impl.hpp"

namespace ringside::x86 {

// What the guest's tables mean depends on WP and PSE as well.
vmm::ShadowSpace ShadowPolicy::space(const Vm& vm, vmm::PagerModes) {
  const State& virt = vm.state();
  if (!virt.paging()) return {0, false, false};
  const u32 protect = virt.cr0 & cr0::kWp ? 1 : 0, large = virt.cr4 & cr4::kPse ? 2 : 0;
  return {(virt.cr3 & pte::kFrame) | protect | large, true, false};
}

// Where tables and page lie on the bus: address line 20 may be off.
Walk ShadowPolicy::walk(Vm& vm, const PageFault& fault) {
  const u32 linear = fault.address.v;
  Walk found = vm.walk_guest(linear, access(fault), fault.code & page_fault::kUser);
  for (auto& step : found.steps) step.address = static_cast<u32>(vm.on_bus({step.address}).v);
  found.frame = static_cast<u32>(vm.on_bus({u64{found.frame} << kPageShift}).page());
  return found;
}

FaultAnswer ShadowPolicy::outside(Vm& vm, const PageFault& fault, Gpa page) {
  const bool device = vm.is_device(page + fault.address.offset());
  vm.found_meaning(device ? vmm::FaultMeaning::kDevice : vmm::FaultMeaning::kTrue);
  return {FaultAction::kEmulate};
}

// A store needs D, which only a store sets. The real CR0.WP is always set, for tracing. Where the
// guest's is clear, a page that its kernel alone may write is the kernel's from its first store
// until user code comes for it.
mmu::Rights ShadowPolicy::rights(const Vm&, const PageFault& fault, u32 flags, vmm::PagerModes) {
  const bool by_kernel = access(fault) == Access::kStore && !(fault.code & page_fault::kUser);
  const bool kernel_writes = by_kernel && !(flags & pte::kRw) && flags & pte::kSupervisorWrites;
  const bool writes = kernel_writes || flags & pte::kRw;
  return {true, writes && flags & pte::kD, true, flags & pte::kUs && !kernel_writes};
}

}  // namespace ringside::x86

template class ringside::vmm::ShadowPagerOf<ringside::x86::ShadowPolicy>;
