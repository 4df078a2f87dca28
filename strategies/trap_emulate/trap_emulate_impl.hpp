// The code of TrapEmulateOf (trap_emulate.hpp), for the files that make an instance of it.
#pragma once

#include "strategies/trap_emulate/trap_emulate.hpp"

namespace ringside::strategies {

template <class Isa>
void TrapEmulateOf<Isa>::start(Vm& vm) {
  vm.run_deprivileged();
  pager_.choose_root(vm);
}

template <class Isa>
vmm::Resume TrapEmulateOf<Isa>::handle(Vm& vm, const Exit& exit) {
  rest_.begin();
  std::visit([&](const auto& each) { on(vm, each); }, exit);
  pager_.absorb_writes(vm);
  // Whatever was done may have enabled interrupts, or changed mode or address space.
  vm.deliver_interrupt();
  pager_.absorb_writes(vm);
  if (!pager_.take_written_code().empty()) rest_.written(vm);
  rest_.follow(vm, pager_);
  pager_.choose_root(vm);
  return Isa::waits(vm) ? vmm::Resume::kHalt : vmm::Resume::kRun;
}

// The dispatcher's central question: did the virtual kernel do it, or virtual user code? The kernel's is
// emulated; the user's traps on the bare machine too, so the guest kernel gets the trap.
template <class Isa>
void TrapEmulateOf<Isa>::on(Vm& vm, const typename Isa::PrivilegedInstruction& exit) {
  const auto trap = Isa::own_trap(vm, exit);
  trap ? vm.inject(*trap) : emulate(vm);
}

template <class Isa>
void TrapEmulateOf<Isa>::emulate(Vm& vm) {
  const auto done = Isa::emulate(vm);
  if (done.trap) vm.inject(*done.trap);
  rest_.emulated(vm, done.row);
}

template <class Isa>
void TrapEmulateOf<Isa>::on(Vm& vm, const typename Isa::PageFault& exit) {
  const auto answer = pager_.handle(vm, exit);
  if (answer.action == vmm::FaultAction::kInject) vm.inject(answer.trap);
  if (answer.action == vmm::FaultAction::kEmulate) emulate(vm);
}

template <class Isa>
void TrapEmulateOf<Isa>::on(Vm& vm, const typename Isa::Exception& exit) {
  const auto trap = Isa::own_trap(vm, exit);
  trap ? vm.inject(*trap) : emulate(vm);
}

// This VMM offers no hypercalls, so it answers as the bare machine would.
template <class Isa>
void TrapEmulateOf<Isa>::on(Vm& vm, const vmm::Hypercall& exit) {
  vm.inject(Isa::hypercall_trap(vm, exit));
}

template <class Isa>
void TrapEmulateOf<Isa>::on(Vm& vm, const typename Isa::Interrupt&) {
  vm.accept_interrupts();
}

}  // namespace ringside::strategies
