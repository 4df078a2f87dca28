#include "strategies/trap_emulate/trap_emulate.hpp"

namespace ringside::strategies {

using namespace vmm;

void TrapEmulate::start(Vm& vm) {
  vm.run_deprivileged();
  pager_.choose_root(vm);
}

Resume TrapEmulate::handle(Vm& vm, const Exit& exit) {
  std::visit([&](const auto& each) { on(vm, each); }, exit);
  pager_.absorb_writes(vm);
  // Whatever was done may have enabled interrupts, or changed mode or address space.
  vm.deliver_interrupt();
  pager_.choose_root(vm);
  return vm.state().waiting ? Resume::kHalt : Resume::kRun;
}

// The dispatcher's central question: did the virtual kernel do it, or virtual user code? The kernel's is
// emulated; the user's traps on the bare machine too, so the guest kernel gets the trap.
void TrapEmulate::on(Vm& vm, const PrivilegedInstruction& exit) {
  if (vm.state().supervisor())
    emulate(vm);
  else
    vm.inject({Cause::kPrivileged, exit.word});
}

void TrapEmulate::emulate(Vm& vm) {
  const Emulated done = vm.emulate_one();
  if (done.trap) vm.inject(*done.trap);
}

void TrapEmulate::on(Vm& vm, const PageFault& exit) {
  const FaultAnswer answer = pager_.handle(vm, exit);
  if (answer.action == FaultAction::kInject) vm.inject(answer.trap);
  if (answer.action == FaultAction::kEmulate) emulate(vm);
}

// The hardware reports U mode always; the guest must see the mode it believes to be in.
void TrapEmulate::on(Vm& vm, const Exception& exit) {
  const bool from_kernel = exit.cause == Cause::kEcallU && vm.state().supervisor();
  vm.inject({from_kernel ? Cause::kEcallS : exit.cause, exit.tval});
}

// This VMM offers no hypercalls, so it answers as the bare machine would.
void TrapEmulate::on(Vm& vm, const Hypercall& exit) {
  vm.inject({vm.state().supervisor() ? Cause::kIllegal : Cause::kHcall, exit.word});
}

void TrapEmulate::on(Vm& vm, const Interrupt&) {
  vm.accept_interrupts();
}

}  // namespace ringside::strategies
