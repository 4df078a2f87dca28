#include "support/faulty_vmm.hpp"

namespace ringside::test {

using namespace vmm;

void FaultyVmm::start(Vm& vm) {
  vm.run_deprivileged();
  pager_.choose_root(vm);
}

Resume FaultyVmm::handle(Vm& vm, const Exit& exit) {
  std::visit([&](const auto& each) { on(vm, each); }, exit);
  if (defect_ == Defect::kStaleShadow) vm.take_traced_writes();
  pager_.absorb_writes(vm);
  deliver(vm);
  if (defect_ == Defect::kInterpreter) interpret(vm);
  pager_.choose_root(vm);
  return vm.state().waiting ? Resume::kHalt : Resume::kRun;
}

void FaultyVmm::deliver(Vm& vm) {
  const u32 pending = cpu::enabled_pending(vm.state());
  const bool deliverable = pending != 0 && cpu::interrupts_enabled(vm.state());
  if (deliverable && defect_ == Defect::kLostInterrupt && now_and_then()) return vm.wake();
  const bool delivered = vm.deliver_interrupt();
  if (delivered && defect_ == Defect::kInjectedTwice && now_and_then())
    vm.inject({cpu::first_interrupt(pending), 0});
}

// A few instructions at a time, whatever they are.
void FaultyVmm::interpret(Vm& vm) {
  for (int i = 0; i < 8 && !vm.state().waiting; ++i) {
    emulate(vm);
    pager_.absorb_writes(vm);
    vm.deliver_interrupt();
  }
}

void FaultyVmm::on(Vm& vm, const PrivilegedInstruction& exit) {
  if (!vm.state().supervisor()) return vm.inject({Cause::kPrivileged, exit.word});
  const u32 pc = vm.state().pc;
  emulate(vm);
  if (defect_ == Defect::kPcNotAdvanced && now_and_then()) vm.set_pc(pc);
}

void FaultyVmm::emulate(Vm& vm) {
  const Emulated done = vm.emulate_one();
  if (done.trap) vm.inject(*done.trap);
}

void FaultyVmm::on(Vm& vm, const PageFault& exit) {
  const FaultAnswer answer = pager_.handle(vm, exit);
  if (answer.action == FaultAction::kInject) vm.inject(answer.trap);
  if (answer.action == FaultAction::kEmulate) emulate(vm);
  if (answer.action == FaultAction::kRetry) spoil_mapping(vm, exit.address);
}

void FaultyVmm::spoil_mapping(Vm& vm, Gva address) {
  VmState& state = vm.internals();
  if (defect_ == Defect::kMappedOutside && now_and_then() && state.root)
    state.shadow.map(**memory_, *state.root, address, vm.host_of({Vm::kRamBase}).page() - 1,
                     {true, true, true});
  if (defect_ != Defect::kWritableTable || !state.root) return;
  const mmu::Walk walk = vm.look_guest(vm.state(), address);
  const Gpa page{walk.frame << kPageShift};
  if (vm.state().paging() && walk.fault == mmu::Fault::kNone && vm.is_ram(page) && vm.traced(page))
    vm.map(*state.root, address, page, {true, true, true});
}

void FaultyVmm::on(Vm& vm, const Exception& exit) {
  const bool from_kernel = exit.cause == Cause::kEcallU && vm.state().supervisor();
  vm.inject({from_kernel ? Cause::kEcallS : exit.cause, exit.tval});
}

void FaultyVmm::on(Vm& vm, const Hypercall& exit) {
  vm.inject({vm.state().supervisor() ? Cause::kIllegal : Cause::kHcall, exit.word});
}

void FaultyVmm::on(Vm& vm, const Interrupt&) {
  vm.accept_interrupts();
}

}  // namespace ringside::test
