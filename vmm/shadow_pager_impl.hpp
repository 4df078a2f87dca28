// The code of ShadowPagerOf (vmm/shadow_pager.hpp), for those who instantiate it.
#pragma once

#include <algorithm>

#include "vmm/shadow_pager.hpp"

namespace ringside::vmm {

namespace detail {

// A traced frame that is written word after word, so often and without a walk in between, is being cleared
// or copied to: it is a table no more.
inline constexpr u32 kRunThatEndsATrace = 8;
// Lists of what was derived from a frame are rid of repetitions when they reach this length.
inline constexpr std::size_t kTidyLength = 4096;

template <class T>
void add_tidily(std::vector<T>& list, const T& item) {
  if (list.size() >= kTidyLength && list.size() == list.capacity()) {
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    list.reserve(2 * list.size());
  }
  list.push_back(item);
}

}  // namespace detail

template <class Policy>
u32 ShadowPagerOf<Policy>::root_for(Vm& vm) {
  const ShadowSpace space = Policy::space(vm, modes_);
  if (const auto found = roots_.find(space); found != roots_.end()) return found->second;
  auto root = vm.add_root(Policy::levels(space));
  if (!root) {
    start_over(vm);
    root = vm.add_root(Policy::levels(space));
  }
  return roots_[space] = *root;
}

template <class Policy>
void ShadowPagerOf<Policy>::choose_root(Vm& vm) {
  vm.use_root(root_for(vm));
}

template <class Policy>
void ShadowPagerOf<Policy>::start_over(Vm& vm) {
  for (auto& [number, frame] : std::exchange(frames_, {})) {
    if (frame.code)
      frames_[number].code = true;
    else if (!frame.derived.empty())
      vm.trace({number << kPageShift}, false);
  }
  roots_.clear();
  vm.drop_shadow();
}

template <class Policy>
typename ShadowPagerOf<Policy>::Answer ShadowPagerOf<Policy>::handle(Vm& vm, const PageFault& fault) {
  absorb_writes(vm);
  if (!vm.state().paging())
    return fill(vm, fault, Policy::untranslated(vm, fault), Policy::untranslated_flags(vm), nullptr);
  const Walk walk = Policy::walk(vm, fault);
  if (!Policy::faults(walk)) return fill(vm, fault, {u64{walk.frame} << kPageShift}, walk.flags, &walk);
  vm.found_meaning(FaultMeaning::kTrue);
  return {FaultAction::kInject, Policy::true_fault(fault, walk)};
}

template <class Policy>
typename ShadowPagerOf<Policy>::Answer ShadowPagerOf<Policy>::fill(Vm& vm, const PageFault& fault, Gpa page, u32 flags, const Walk* walk) {
  if (!vm.is_ram(page, kPageSize)) return Policy::outside(vm, fault, page);
  mmu::Rights rights = Policy::rights(vm, fault, flags, modes_);
  if (vm.traced(page) && rights.write) {
    rights.write = false;
    if (Policy::access(fault) == Access::kStore) {
      vm.found_meaning(FaultMeaning::kTraced);
      return {FaultAction::kEmulate};
    }
  }
  vm.found_meaning(FaultMeaning::kHidden);
  map(vm, {fault.address.v & ~kPageMask}, page, rights, walk);
  return {FaultAction::kRetry};
}

template <class Policy>
void ShadowPagerOf<Policy>::map(Vm& vm, Gva gva, Gpa page, mmu::Rights rights, const Walk* walk) {
  u32 root = root_for(vm);
  if (walk) {
    for (unsigned i = 0; i < walk->references; ++i) start_trace(vm, {walk->steps[i].address});
    // The page mapped may be one of its own tables.
    if (vm.traced(page)) rights.write = false;
  }
  if (!vm.map(root, gva, page, rights)) {
    start_over(vm);
    root = root_for(vm);
    if (walk)
      for (unsigned i = 0; i < walk->references; ++i) start_trace(vm, {walk->steps[i].address});
    if (!vm.map(root, gva, page, rights)) return vm.fail("no room for shadow tables");
  }
  if (walk) trace_tables(*walk, {root, gva.v});
  if (rights.write) detail::add_tidily(frames_[page.page()].writable, {root, gva.v});
}

template <class Policy>
void ShadowPagerOf<Policy>::start_trace(Vm& vm, Gpa entry) {
  const Gpa table = entry.page_base();
  Frame& frame = frames_[table.page()];
  frame.run = 0;
  if (vm.traced(table)) return;
  vm.trace(table, true);
  for (const Mapping& mapping : std::exchange(frame.writable, {}))
    vm.protect(mapping.root, {mapping.gva});
}

template <class Policy>
void ShadowPagerOf<Policy>::trace_tables(const Walk& walk, const Mapping& mapping) {
  for (unsigned i = 0; i < walk.references; ++i) {
    const Gpa entry{walk.steps[i].address};
    detail::add_tidily(frames_[entry.page()].derived, {static_cast<u16>(entry.offset()), mapping});
  }
}

template <class Policy>
void ShadowPagerOf<Policy>::drop_derived(Vm& vm, Frame& frame, std::optional<u16> offset) {
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
template <class Policy>
void ShadowPagerOf<Policy>::code_written(Vm& vm, Frame& frame, Gpa page) {
  frame.code = false;
  written_code_.push_back(page);
  if (frame.derived.empty()) vm.trace(page, false);
}

template <class Policy>
void ShadowPagerOf<Policy>::watch_code(Vm& vm, Gpa frame) {
  start_trace(vm, frame);
  frames_[frame.page()].code = true;
}

template <class Policy>
void ShadowPagerOf<Policy>::forget_code(Vm& vm) {
  for (auto& [number, frame] : frames_) {
    if (!std::exchange(frame.code, false)) continue;
    if (frame.derived.empty()) vm.trace({number << kPageShift}, false);
  }
}

template <class Policy>
void ShadowPagerOf<Policy>::absorb_writes(Vm& vm) {
  for (const u64 address : vm.take_traced_writes()) {
    const Gpa written{address};
    if (!vm.traced(written)) continue;
    Frame& frame = frames_[written.page()];
    if (frame.code) code_written(vm, frame, written.page_base());
    if (!vm.traced(written)) continue;
    frame.run = address == frame.last_write + 4 ? frame.run + 1 : 0;
    frame.last_write = address;
    if (frame.run >= detail::kRunThatEndsATrace) {
      drop_derived(vm, frame, std::nullopt);
      vm.trace(written.page_base(), false);
      continue;
    }
    drop_derived(vm, frame, static_cast<u16>(written.offset() & ~3u));
  }
}

}  // namespace ringside::vmm
