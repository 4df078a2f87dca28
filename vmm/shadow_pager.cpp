#include "vmm/shadow_pager_impl.hpp"

namespace ringside::vmm {

ShadowSpace ZisaShadowPolicy::space(const Vm& vm, PagerModes modes) {
  const ArchState& virt = vm.state();
  const bool paging = virt.paging();
  const bool by_mode = paging && modes == PagerModes::kDeprivileged;
  return {paging ? virt.control(Cr::kPtbr) : 0, paging, by_mode && virt.supervisor()};
}

// A one-level table would need 4 MiB of its own for each root, so its shadow has two levels.
unsigned ZisaShadowPolicy::levels(const ShadowSpace& space) {
  return space.paging ? std::max(2u, mmu::ptbr::levels(space.root)) : 2;
}

Trap ZisaShadowPolicy::true_fault(const PageFault& fault, const Walk& walk) {
  const bool page = walk.fault == mmu::Fault::kPage;
  return {page ? zisa::page_fault(fault.access) : zisa::access_fault(fault.access), fault.address.v};
}

FaultAnswer ZisaShadowPolicy::outside(Vm& vm, const PageFault& fault, Gpa page) {
  const bool device = fault.access != Access::kFetch && vm.is_device(page + fault.address.offset());
  vm.found_meaning(device ? FaultMeaning::kDevice : FaultMeaning::kTrue);
  if (device) return {FaultAction::kEmulate};
  return {FaultAction::kInject, {zisa::access_fault(fault.access), fault.address.v}};
}

u32 ZisaShadowPolicy::untranslated_flags(const Vm& vm) {
  using namespace mmu::pte;
  return kR | kW | kX | kD | (vm.state().supervisor() ? 0 : kU);
}

// De-privileged both modes run in U, each by a root of its own.
mmu::Rights ZisaShadowPolicy::rights(const Vm& vm, const PageFault&, u32 flags, PagerModes modes) {
  using namespace mmu::pte;
  const bool dirty = flags & kD, supervisor = vm.state().supervisor();
  if (modes == PagerModes::kReal) return {(flags & kR) != 0, flags & kW && dirty, (flags & kX) != 0, (flags & kU) != 0};
  return {mmu::allowed(flags, supervisor, Access::kLoad), mmu::allowed(flags, supervisor, Access::kStore) && dirty,
          mmu::allowed(flags, supervisor, Access::kFetch)};
}

template class ShadowPagerOf<ZisaShadowPolicy>;

}  // namespace ringside::vmm
