// The machine's loop for x86: what only this ISA does in it, and the instance of the template.
#include "vmm/machine_impl.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::x86 {

bool Arch::DeviceBus::read(Hpa address, unsigned bytes, u32& value) {
  machine_.device_touched();
  return machine_.vm().device_read({address.v}, bytes, value);
}

bool Arch::DeviceBus::write(Hpa address, unsigned bytes, u32 value) {
  machine_.device_touched();
  return machine_.vm().device_write({address.v}, bytes, value);
}

u32 Arch::DeviceBus::in(u16 port, unsigned bytes) {
  machine_.device_touched();
  return machine_.vm().port_in(port, bytes);
}

void Arch::DeviceBus::out(u16 port, unsigned bytes, u32 value) {
  machine_.device_touched();
  machine_.vm().port_out(port, bytes, value);
}

u8 Arch::DeviceBus::acknowledge_interrupt() {
  machine_.device_touched();
  return machine_.vm().internals().platform.acknowledge();
}

}  // namespace ringside::x86

namespace ringside::vmm {

template <>
void x86::Machine::leave_translated(Cycles) {}

// Not reached while nothing de-privileges an x86 guest.
template <>
void x86::Machine::on_sensitive(const x86::Step&) {
  cpu_.step(true);
}

template class MachineOf<x86::Arch>;

}  // namespace ringside::vmm
