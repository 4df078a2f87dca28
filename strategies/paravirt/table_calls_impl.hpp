// The calls on page tables and address spaces.
#pragma once

#include "strategies/paravirt/paravirt_impl.hpp"

namespace ringside::strategies {

// All trees are validated, or none stays so.
template <class Isa>
pv::Error ParavirtOf<Isa>::pin_roots(Vm& vm, const pv::Space& space) {
  const pv::TablePlace root{space.levels, 0};
  const pv::Error first = pages_.get_table(vm, space.kernel, root, start_root_);
  if (first != pv::Error::kNone || !Isa::kTwoRoots) return first;
  const pv::Error error = pages_.get_table(vm, space.user, root, start_root_);
  if (error != pv::Error::kNone) pages_.put_table(vm, space.kernel);
  return error;
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::pin(Vm& vm, const Arguments& a) {
  if (!Isa::is_space(a)) return code(pv::Error::kInvalid);
  const auto kernel = page_of(vm, a[0]), user = Isa::kTwoRoots ? page_of(vm, a[1]) : kernel;
  if (!kernel || !user) return code(pv::Error::kFault);
  if (spaces_.contains(a[0])) return code(pv::Error::kState);
  if (spaces_.size() >= pv::kMaxPairs) return code(pv::Error::kLimit);
  const pv::Space space{*kernel, *user, static_cast<u8>(a[2])};
  const pv::Error error = pin_roots(vm, space);
  if (error == pv::Error::kNone) spaces_[a[0]] = space;
  return code(error);
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::unpin(Vm& vm, const Arguments& a) {
  const auto found = spaces_.find(a[0]);
  if (found == spaces_.end() || current_ == a[0]) return code(pv::Error::kState);
  const pv::Space space = found->second;
  spaces_.erase(found);
  if (Isa::kTwoRoots) pages_.put_table(vm, space.user);
  pages_.put_table(vm, space.kernel);
  return code(pv::Error::kNone);
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::update(Vm& vm, const Arguments& a) {
  vm.set_register(Isa::kSecondResult, 0);
  if (a[0] % 4 != 0) return code(pv::Error::kInvalid);
  if (a[1] > pv::kMaxUpdates) return code(pv::Error::kLimit);
  const auto list = pv::read_list(vm, a[0], 2 * std::size_t{a[1]});
  if (!list) return code(pv::Error::kFault);
  for (u32 i = 0; i < a[1]; ++i) {
    const pv::Error error = pages_.update(vm, {(*list)[2 * i]}, (*list)[2 * i + 1], start_root_);
    if (error != pv::Error::kNone) return code(error);
    vm.set_register(Isa::kSecondResult, i + 1);
  }
  return code(pv::Error::kNone);
}

// The start map goes with the first switch.
template <class Isa>
pv::Answer ParavirtOf<Isa>::switch_space(Vm& vm, const Arguments& a) {
  if (!spaces_.contains(a[0])) return code(pv::Error::kState);
  if (start_root_) {
    start_root_.reset();
    vm.drop_shadow();
    pages_.flushed();
  }
  current_ = a[0];
  choose_root(vm);
  return code(pv::Error::kNone);
}

template <class Isa>
pv::Answer ParavirtOf<Isa>::flush_tlb(Vm& vm, const Arguments& a) {
  if (a[1] > 1) return code(pv::Error::kInvalid);
  if (a[1] == 0) return Isa::flush_page(vm, a[0]), code(pv::Error::kNone);
  vm.invalidate_hardware_all();
  pages_.flushed();
  return code(pv::Error::kNone);
}

}  // namespace ringside::strategies
