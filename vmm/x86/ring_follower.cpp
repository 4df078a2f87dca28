#include "vmm/x86/ring_follower.hpp"

#include <algorithm>
#include <utility>

namespace ringside::x86 {

namespace {

constexpr bool is_among(unsigned row, std::initializer_list<std::string_view> names) {
  return row < kRowCount && std::ranges::find(names, kRows[row].name) != names.end();
}
constexpr bool loads_segment(unsigned row) {
  return is_among(row, {"mov_to_segment", "pop_segment", "lds", "les", "lfs", "lgs", "lss",
                        "jmp_far", "call_far", "ret_far", "iret", "lgdt", "lldt"});
}
// What puts other descriptors behind a selector: another table, or maybe other pages where it lies.
constexpr bool changes_table(unsigned row) { return is_among(row, {"lgdt", "lldt"}); }
constexpr bool may_move_table(unsigned row) { return is_among(row, {"mov_to_cr", "invlpg"}); }

}  // namespace

void RingFollower::emulated(Vm& vm, unsigned row) {
  loaded_segment_ |= loads_segment(row);
  if (changes_table(row)) patience_ = kPatience;
  if (changes_table(row) || (may_move_table(row) && vm.descriptors_moved())) vm.hide_descriptors();
}

void RingFollower::follow_a20(Vm& vm, ShadowPager& pager) {
  if (std::exchange(a20_, vm.a20()) == vm.a20()) return;
  pager.start_over(vm);
  vm.hide_descriptors();
}

void RingFollower::follow_descriptors(Vm& vm, ShadowPager& pager) {
  if (std::exchange(written_, false) && vm.descriptors_copied()) {
    if (patience_ == 0) vm.hide_descriptors();
    else --patience_, copy(vm, pager);
  }
  if (loaded_segment_ && !vm.descriptors_copied()) copy(vm, pager);
}

void RingFollower::copy(Vm& vm, ShadowPager& pager) {
  for (const Gpa frame : vm.copy_descriptors()) pager.watch_code(vm, frame);
}

}  // namespace ringside::x86
