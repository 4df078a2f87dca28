#include "strategies/trap_emulate/trap_emulate_impl.hpp"

namespace ringside::strategies {

using cpu::Cause;
using cpu::Trap;

std::optional<Trap> ZisaTrapEmulate::own_trap(const Vm& vm, const PrivilegedInstruction& exit) {
  if (vm.state().supervisor()) return std::nullopt;
  return Trap{Cause::kPrivileged, exit.word};
}

// The hardware reports U mode always; the guest must see the mode it believes to be in.
std::optional<Trap> ZisaTrapEmulate::own_trap(const Vm& vm, const Exception& exit) {
  const bool from_kernel = exit.cause == Cause::kEcallU && vm.state().supervisor();
  return Trap{from_kernel ? Cause::kEcallS : exit.cause, exit.tval};
}

Trap ZisaTrapEmulate::hypercall_trap(const Vm& vm, const vmm::Hypercall& exit) {
  return {vm.state().supervisor() ? Cause::kIllegal : Cause::kHcall, exit.word};
}

template class TrapEmulateOf<ZisaTrapEmulate>;

}  // namespace ringside::strategies
