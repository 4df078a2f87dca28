#include "strategies/trap_emulate/x86_trap_emulate.hpp"

#include <algorithm>
#include <utility>

namespace ringside::strategies {

using namespace x86;
using vmm::Resume;

namespace {

constexpr bool is_among(unsigned row, std::initializer_list<std::string_view> names) {
  return row < kRowCount && std::ranges::find(names, kRows[row].name) != names.end();
}
constexpr bool loads_segment(unsigned row) {
  return is_among(row, {"mov_to_segment", "pop_segment", "lds", "les", "lfs", "lgs", "lss",
                        "jmp_far", "call_far", "ret_far", "iret", "lgdt", "lldt"});
}
// What may put other descriptors behind a selector: another table, or other pages where it lies.
constexpr bool moves_descriptors(unsigned row) {
  return is_among(row, {"lgdt", "lldt", "mov_to_cr", "invlpg"});
}

// Faults that ring 1 raises where ring 0 does not, or the monitor's tables where the guest's do
// not.
constexpr bool may_be_the_monitors(const Trap& trap) {
  if (trap.kind != Trap::Kind::kException) return false;
  return trap.vector == kGp || trap.vector == kNp || trap.vector == kSs || trap.vector == kTs;
}

}  // namespace

void X86TrapEmulate::start(Vm& vm) {
  vm.run_deprivileged();
  pager_.choose_root(vm);
}

Resume X86TrapEmulate::handle(Vm& vm, const Exit& exit) {
  loaded_segment_ = false;
  std::visit([&](const auto& each) { on(vm, each); }, exit);
  pager_.absorb_writes(vm);
  follow_a20(vm);
  // Whatever was done may have enabled interrupts, or changed mode or address space.
  vm.deliver_interrupt();
  pager_.absorb_writes(vm);
  follow_descriptors(vm);
  pager_.choose_root(vm);
  if (!(vm.state().cr0 & cr0::kPe))
    vm.fail("the guest leaves protected mode, where no ring is left to compress");
  return vm.state().halted ? Resume::kHalt : Resume::kRun;
}

// The virtual kernel may do it; what the guest's privilege does not allow comes out as a fault of
// its own.
void X86TrapEmulate::emulate(Vm& vm) {
  const Emulated done = vm.emulate_one();
  if (done.trap) vm.inject(*done.trap);
  loaded_segment_ = loads_segment(done.row);
  if (moves_descriptors(done.row)) vm.hide_descriptors();
}

void X86TrapEmulate::on(Vm& vm, const PrivilegedInstruction&) {
  emulate(vm);
}

void X86TrapEmulate::on(Vm& vm, const PageFault& exit) {
  const FaultAnswer answer = pager_.handle(vm, exit);
  if (answer.action == FaultAction::kInject) vm.inject(answer.trap);
  if (answer.action == FaultAction::kEmulate) emulate(vm);
}

void X86TrapEmulate::on(Vm& vm, const Exception& exit) {
  may_be_the_monitors(exit.trap) ? emulate(vm) : vm.inject(exit.trap);
}

void X86TrapEmulate::on(Vm& vm, const Interrupt&) {
  vm.accept_interrupts();
}

// Descriptors are copied when a segment is loaded, and hidden when the guest writes where they lie.
void X86TrapEmulate::follow_descriptors(Vm& vm) {
  if (!pager_.take_written_code().empty()) vm.hide_descriptors();
  if (!loaded_segment_ || vm.descriptors_copied()) return;
  pager_.forget_code(vm);
  for (const Gpa frame : vm.copy_descriptors()) pager_.watch_code(vm, frame);
}

// With address line 20 switched, every other megabyte is elsewhere.
void X86TrapEmulate::follow_a20(Vm& vm) {
  if (std::exchange(a20_, vm.a20()) != vm.a20()) pager_.start_over(vm);
}

}  // namespace ringside::strategies
