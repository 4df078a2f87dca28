#include "strategies/trap_emulate/x86_trap_emulate.hpp"

namespace ringside::strategies {

using namespace x86;
using vmm::Resume;

void X86TrapEmulate::start(Vm& vm) {
  vm.run_deprivileged();
  pager_.choose_root(vm);
}

Resume X86TrapEmulate::handle(Vm& vm, const Exit& exit) {
  rings_.begin();
  std::visit([&](const auto& each) { on(vm, each); }, exit);
  pager_.absorb_writes(vm);
  rings_.follow_a20(vm, pager_);
  // Whatever was done may have enabled interrupts, or changed mode or address space.
  vm.deliver_interrupt();
  pager_.absorb_writes(vm);
  if (!pager_.take_written_code().empty()) rings_.descriptors_written(vm);
  rings_.follow_descriptors(vm, pager_);
  pager_.choose_root(vm);
  if (!(vm.state().cr0 & cr0::kPe))
    vm.fail("the guest leaves protected mode, where no ring is left to compress");
  return vm.state().halted ? Resume::kHalt : Resume::kRun;
}

// The virtual kernel may do it; what the guest's privilege does not allow comes out as a fault of
// its own.
void X86TrapEmulate::emulate(Vm& vm) {
  const Emulated done = vm.emulate_rest(vm.emulate_one());
  if (done.trap) vm.inject(*done.trap);
  rings_.emulated(vm, done.row);
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

}  // namespace ringside::strategies
