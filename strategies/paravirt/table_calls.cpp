// The calls on page tables and address spaces.
#include "base/bits.hpp"
#include "strategies/paravirt/paravirt.hpp"

namespace ringside::strategies {

using namespace vmm;
using namespace pv;

// Both trees are validated, or none stays so.
Error Paravirt::pin_pair(Vm& vm, const Space& space) {
  const TablePlace root{space.levels, 0};
  if (const Error error = pages_.get_table(vm, space.kernel, root, start_root_); error != Error::kNone)
    return error;
  const Error error = pages_.get_table(vm, space.user, root, start_root_);
  if (error != Error::kNone) pages_.put_table(vm, space.kernel);
  return error;
}

Answer Paravirt::pin(Vm& vm, const Arguments& a) {
  if (a[0] == a[1] || a[2] < 2 || a[2] > 5) return code(Error::kInvalid);
  const auto kernel = page_of(vm, a[0]), user = page_of(vm, a[1]);
  if (!kernel || !user) return code(Error::kFault);
  if (spaces_.contains(a[0])) return code(Error::kState);
  if (spaces_.size() >= kMaxPairs) return code(Error::kLimit);
  const Space space{*kernel, *user, static_cast<u8>(a[2])};
  const Error error = pin_pair(vm, space);
  if (error == Error::kNone) spaces_[a[0]] = space;
  return code(error);
}

Answer Paravirt::unpin(Vm& vm, const Arguments& a) {
  const auto found = spaces_.find(a[0]);
  if (found == spaces_.end() || current_ == a[0]) return code(Error::kState);
  const Space space = found->second;
  spaces_.erase(found);
  pages_.put_table(vm, space.user);
  pages_.put_table(vm, space.kernel);
  return code(Error::kNone);
}

Answer Paravirt::update(Vm& vm, const Arguments& a) {
  vm.set_register(kRegisterA1, 0);
  if (a[0] % 4 != 0) return code(Error::kInvalid);
  if (a[1] > kMaxUpdates) return code(Error::kLimit);
  std::vector<u8> list(8 * a[1]);
  if (!vm.read_guest({a[0]}, list)) return code(Error::kFault);
  for (u32 i = 0; i < a[1]; ++i) {
    const Gpa entry{load_le<u32>(list.data() + 8 * i)};
    const Error error = pages_.update(vm, entry, load_le<u32>(list.data() + 8 * i + 4), start_root_);
    if (error != Error::kNone) return code(error);
    vm.set_register(kRegisterA1, i + 1);
  }
  return code(Error::kNone);
}

// The start map goes with the first switch.
Answer Paravirt::switch_space(Vm& vm, const Arguments& a) {
  if (!spaces_.contains(a[0])) return code(Error::kState);
  if (start_root_) {
    start_root_.reset();
    vm.drop_shadow();
    pages_.flushed();
  }
  current_ = a[0];
  choose_root(vm);
  return code(Error::kNone);
}

Answer Paravirt::flush_tlb(Vm& vm, const Arguments& a) {
  if (a[1] > 1) return code(Error::kInvalid);
  if (a[1] == 0) return vm.invalidate_hardware({a[0]}), code(Error::kNone);
  vm.invalidate_hardware_all();
  pages_.flushed();
  return code(Error::kNone);
}

}  // namespace ringside::strategies
