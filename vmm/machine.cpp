// The machine's loop for Z-ISA: what only this ISA does in it, and the instance of the template.
#include "vmm/machine_impl.hpp"

namespace ringside::vmm {

using cost::Account;
using cost::Param;

bool ZisaArch::DeviceBus::read(Hpa address, unsigned bytes, u32& value) {
  machine_.device_touched();
  return machine_.vm().device_read({address.v}, bytes, value);
}

bool ZisaArch::DeviceBus::write(Hpa address, unsigned bytes, u32 value) {
  machine_.device_touched();
  return machine_.vm().device_write({address.v}, bytes, value);
}

template <>
void Machine::start(Gva entry, Gpa boot_information, std::size_t number) {
  switch_to(number);
  ArchState first = cpu_.state;
  first.pc = entry.v;
  first.x[11] = static_cast<u32>(boot_information.v);
  start_from(first, number);
}

// --- holes (semantics: docs/holes.md) ---

template <>
void Machine::cure(unsigned row, u32 word) {
  ledger_.charge(cpu_.account(), Param::kInsn);
  ledger_.charge(cpu_.account(), Param::kSystemRegister);
  const cost::Muted free(ledger_);
  if (vm().internals().vcpu.virt.supervisor())
    return handle_exit(PrivilegedInstruction{word, row}, cycles(), Passage::kFree);
  vm().left();  // virtual user code runs it on the bare machine as well
  vm().emulate_one();
  vm().entered();
}

// A sensitive instruction is about to run untrapped in a de-privileged guest. No VMM learns of it; the
// simulator compares what it does with what the bare machine would have done.
template <>
void Machine::on_sensitive(const cpu::Step& step) {
  const unsigned row = step.row;
  const u32 at = pc();
  const u32 word = memory_.read<u32>(cpu_.fetch().base + (at & kPageMask));
  if (world_->cured.test(row)) return cure(row, word);
  const zisa::Operands operands = zisa::operands(zisa::kRows[row].form, word);
  ArchState& ideal = vm().internals().vcpu.ideal;
  const u32 before = ideal.sr;
  vm().apply_to_ideal(word, cpu_.state);
  const u32 bare_metal = ideal.x[operands.rd];
  cpu_.step(true);
  unsettled_ = true;
  if (operands.rd != 0 && cpu_.state.x[operands.rd] != bare_metal)
    note_hole(row, at, cpu_.state.x[operands.rd], bare_metal);
  // Only a change of SR that the real one did not follow is a drop; flags were written.
  if ((ideal.sr ^ before) & ~zisa::sr::kFlags) note_hole(row, at, before, ideal.sr);
}

template class MachineOf<ZisaArch>;

}  // namespace ringside::vmm
