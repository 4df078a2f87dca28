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

// --- holes (semantics: docs/holes.md) ---

template <>
void x86::Machine::cure(unsigned row, u32) {
  ledger_.charge(cpu_.account(), cost::Param::kInsn);
  ledger_.charge(cpu_.account(), cost::Param::kSystemRegister);
  const cost::Muted free(ledger_);
  handle_exit(x86::PrivilegedInstruction{row}, cycles(), Passage::kFree);
}

// A sensitive instruction is about to run untrapped in a de-privileged guest. No VMM learns of it; the simulator compares
// what it does with what the bare machine would have done. It may trap after all.
template <>
void x86::Machine::on_sensitive(const x86::Step& step) {
  if (world_->cured.test(step.row)) return cure(step.row, 0);
  const auto instruction = vm().peek_instruction(vm().guest_state());
  const Cycles before = cycles();
  const u32 at = pc();
  const auto foreseen = instruction ? vm().apply_to_ideal(*instruction, vm().guest_state()) : x86::Foreseen{};
  const x86::Step done = cpu_.step(true);
  unsettled_ = true;
  if (done.kind == x86::Step::Kind::kTrapped) {
    if (instruction) vm().internals().vcpu.ideal = foreseen.before;
    return after_trap(done, before);
  }
  if (!instruction) return;
  if (const auto lie = vm().find_lie(foreseen)) note_hole(step.row, at, lie->got, lie->bare_metal);
}

template class MachineOf<x86::Arch>;

}  // namespace ringside::vmm
