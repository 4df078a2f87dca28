#include "vmm/shadow_pager.hpp"

#include <algorithm>

namespace ringside::vmm {

using cost::Param;

namespace {

// A traced frame that is written word after word, so often and without a walk in between, is being cleared
// or copied to: it is a table no more.
constexpr u32 kRunThatEndsATrace = 8;
// Lists of what was derived from a frame are rid of repetitions when they reach this length.
constexpr std::size_t kTidyLength = 4096;

template <class T>
void add_tidily(std::vector<T>& list, const T& item) {
  if (list.size() >= kTidyLength && list.size() == list.capacity()) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    list.reserve(2 * list.size());
  }
  list.push_back(item);
}

}  // namespace

// Rights of a guest leaf, in one virtual mode where both run in U; a store needs D, which only a store sets.
mmu::Rights ShadowPager::rights_of(u32 flags, bool supervisor) const {
  using namespace mmu::pte;
  const bool dirty = flags & kD;
  if (modes_ == Modes::kReal)
    return {(flags & kR) != 0, flags & kW && dirty, (flags & kX) != 0, (flags & kU) != 0};
  return {mmu::allowed(flags, supervisor, Access::kLoad),
          mmu::allowed(flags, supervisor, Access::kStore) && dirty,
          mmu::allowed(flags, supervisor, Access::kFetch)};
}

// A one-level table would need 4 MiB of its own for each root, so its shadow has two levels.
u32 ShadowPager::root_for(Vm& vm, const ArchState& virt) {
  const bool paging = virt.paging();
  const u32 ptbr = paging ? virt.control(Cr::kPtbr) : 0;
  const bool by_mode = paging && modes_ == Modes::kDeprivileged;
  const Space space{ptbr, paging, by_mode && virt.supervisor()};
  if (const auto found = roots_.find(space); found != roots_.end()) return found->second;
  const unsigned levels = paging ? std::max(2u, mmu::ptbr::levels(ptbr)) : 2;
  auto root = vm.add_root(levels);
  if (!root) {
    start_over(vm);
    root = vm.add_root(levels);
  }
  return roots_[space] = *root;
}

void ShadowPager::choose_root(Vm& vm) {
  vm.use_root(root_for(vm, vm.state()));
}

void ShadowPager::start_over(Vm& vm) {
  for (auto& [number, frame] : std::exchange(frames_, {})) {
    if (frame.code)
      frames_[number].code = true;
    else if (!frame.derived.empty())
      vm.trace({number << kPageShift}, false);
  }
  roots_.clear();
  vm.drop_shadow();
}

FaultAnswer ShadowPager::handle(Vm& vm, const PageFault& fault) {
  absorb_writes(vm);
  const ArchState virt = vm.state();
  const u32 everything = mmu::pte::kR | mmu::pte::kW | mmu::pte::kX | mmu::pte::kD;
  if (!virt.paging()) {
    const u32 user = virt.supervisor() ? 0 : mmu::pte::kU;
    return fill(vm, fault, {fault.address.v & ~kPageMask}, everything | user, nullptr);
  }
  const mmu::Walk walk = vm.walk_guest(fault.address, fault.access);
  if (walk.fault == mmu::Fault::kNone)
    return fill(vm, fault, {walk.frame << kPageShift}, walk.flags, &walk);
  vm.found_meaning(FaultMeaning::kTrue);
  const bool page = walk.fault == mmu::Fault::kPage;
  return {FaultAction::kInject, {page ? zisa::page_fault(fault.access) : zisa::access_fault(fault.access),
                                 fault.address.v}};
}

FaultAnswer ShadowPager::fill(Vm& vm, const PageFault& fault, Gpa page, u32 flags,
                              const mmu::Walk* walk) {
  if (!vm.is_ram(page, kPageSize)) {
    const bool device = fault.access != Access::kFetch && vm.is_device(page + fault.address.offset());
    vm.found_meaning(device ? FaultMeaning::kDevice : FaultMeaning::kTrue);
    if (device) return {FaultAction::kEmulate};
    return {FaultAction::kInject, {zisa::access_fault(fault.access), fault.address.v}};
  }
  mmu::Rights rights = rights_of(flags, vm.state().supervisor());
  if (vm.traced(page) && rights.write) {
    rights.write = false;
    if (fault.access == Access::kStore) {
      vm.found_meaning(FaultMeaning::kTraced);
      return {FaultAction::kEmulate};
    }
  }
  vm.found_meaning(FaultMeaning::kHidden);
  map(vm, {fault.address.v & ~kPageMask}, page, rights, walk);
  return {FaultAction::kRetry};
}

void ShadowPager::map(Vm& vm, Gva gva, Gpa page, mmu::Rights rights, const mmu::Walk* walk) {
  u32 root = root_for(vm, vm.state());
  if (walk) {
    for (unsigned i = 0; i < walk->references; ++i) start_trace(vm, {walk->steps[i].address});
    // The page mapped may be one of its own tables.
    if (vm.traced(page)) rights.write = false;
  }
  if (!vm.map(root, gva, page, rights)) {
    start_over(vm);
    root = root_for(vm, vm.state());
    if (walk)
      for (unsigned i = 0; i < walk->references; ++i) start_trace(vm, {walk->steps[i].address});
    if (!vm.map(root, gva, page, rights)) return vm.fail("no room for shadow tables");
  }
  if (walk) trace_tables(vm, *walk, {root, gva.v});
  if (rights.write) add_tidily(frames_[page.page()].writable, {root, gva.v});
}

void ShadowPager::start_trace(Vm& vm, Gpa entry) {
  const Gpa table = entry.page_base();
  Frame& frame = frames_[table.page()];
  frame.run = 0;
  if (vm.traced(table)) return;
  vm.trace(table, true);
  for (const Mapping& mapping : std::exchange(frame.writable, {}))
    vm.protect(mapping.root, {mapping.gva});
}

void ShadowPager::trace_tables(Vm&, const mmu::Walk& walk, const Mapping& mapping) {
  for (unsigned i = 0; i < walk.references; ++i) {
    const Gpa entry{walk.steps[i].address};
    add_tidily(frames_[entry.page()].derived, {static_cast<u16>(entry.offset()), mapping});
  }
}

void ShadowPager::drop_derived(Vm& vm, Frame& frame, std::optional<u16> offset) {
  std::vector<Derived> kept;
  for (const Derived& each : std::exchange(frame.derived, {})) {
    if (!offset || each.offset == *offset)
      vm.unmap(each.mapping.root, {each.mapping.gva});
    else
      kept.push_back(each);
  }
  frame.derived = std::move(kept);
}

// A frame of code may be a page table as well.
void ShadowPager::code_written(Vm& vm, Frame& frame, Gpa page) {
  frame.code = false;
  written_code_.push_back(page);
  if (frame.derived.empty()) vm.trace(page, false);
}

void ShadowPager::watch_code(Vm& vm, Gpa frame) {
  start_trace(vm, frame);
  frames_[frame.page()].code = true;
}

void ShadowPager::forget_code(Vm& vm) {
  for (auto& [number, frame] : frames_) {
    if (!std::exchange(frame.code, false)) continue;
    if (frame.derived.empty()) vm.trace({number << kPageShift}, false);
  }
}

void ShadowPager::absorb_writes(Vm& vm) {
  for (const u64 address : vm.take_traced_writes()) {
    const Gpa written{address};
    if (!vm.traced(written)) continue;
    Frame& frame = frames_[written.page()];
    if (frame.code) code_written(vm, frame, written.page_base());
    if (!vm.traced(written)) continue;
    frame.run = address == frame.last_write + 4 ? frame.run + 1 : 0;
    frame.last_write = address;
    if (frame.run >= kRunThatEndsATrace) {
      drop_derived(vm, frame, std::nullopt);
      vm.trace(written.page_base(), false);
      continue;
    }
    drop_derived(vm, frame, static_cast<u16>(written.offset() & ~3u));
  }
}

}  // namespace ringside::vmm
