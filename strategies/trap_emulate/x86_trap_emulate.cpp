#include "strategies/trap_emulate/x86_trap_emulate.hpp"

#include "strategies/trap_emulate/trap_emulate_impl.hpp"

namespace ringside::strategies {

using namespace x86;

std::optional<Trap> X86TrapEmulateRest::own_trap(const Vm&, const Exception& exit) {
  if (may_be_the_monitors(exit.trap)) return std::nullopt;
  return exit.trap;
}

Trap X86TrapEmulateRest::hypercall_trap(const Vm&, const vmm::Hypercall&) {
  return {kUd, false, 0, 0, Trap::Kind::kException, 0};
}

void X86TrapEmulateRest::follow(Vm& vm, Pager& pager) {
  rings_.follow_a20(vm, pager);
  rings_.follow_descriptors(vm, pager);
  if (!(vm.state().cr0 & cr0::kPe)) vm.fail("the guest leaves protected mode, where no ring is left to compress");
}

template class TrapEmulateOf<X86TrapEmulateRest>;

}  // namespace ringside::strategies
