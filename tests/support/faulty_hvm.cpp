#include "support/faulty_hvm.hpp"

#include "cpu/x86/vmx_event.hpp"

namespace ringside::test {

using namespace x86;

vmm::Resume FaultyHvm::handle(Vm& vm, const Exit& exit) {
  const u32 eip = vm.state().eip;
  before(vm, exit);
  const vmm::Resume resume = hvm_.handle(vm, exit);
  after(vm, exit, eip);
  return resume;
}

// The VMM shall take address line 20 for what it will be.
void FaultyHvm::before(Vm& vm, const Exit& exit) {
  constexpr u16 kControlPort = 0x92;
  constexpr u32 kLine20 = 2;
  const auto* io = std::get_if<PortIo>(&exit);
  if (defect_ == Defect::kStaleShadow && io && io->port == kControlPort && io->out)
    vm.internals().assisted.a20 = vm.state().r[kEax] & kLine20;
}

void FaultyHvm::after(Vm& vm, const Exit& exit, u32 eip) {
  const bool emulated = std::holds_alternative<PortIo>(exit) || std::holds_alternative<PrivilegedInstruction>(exit);
  if (defect_ == Defect::kPcNotAdvanced && emulated && now_and_then()) vm.internals().vcpu.virt.eip = eip;
  if (const auto* fault = std::get_if<vmm::NestedFault>(&exit)) spoil_mapping(vm, *fault);
  spoil_traces(vm);
  spoil_events(vm);
  if (defect_ == Defect::kInterpreter) interpret(vm);
}

void FaultyHvm::spoil_mapping(Vm& vm, const vmm::NestedFault& exit) {
  if (defect_ != Defect::kMappedOutside || !vm.is_ram(exit.address, 1) || !now_and_then()) return;
  const Hpa outside{vm.host_of({0}).v - kPageSize};
  vm.internals().assisted.ept.map(**memory_, exit.address.page_base(), outside, ept::kAll);
}

// No table is watched any more.
void FaultyHvm::spoil_traces(Vm& vm) {
  if (defect_ != Defect::kStaleShadow || vm.internals().assisted.nested) return;
  for (u64 page = 0; page < vm.ram_bytes(); page += kPageSize)
    if (vm.traced({page})) vm.trace({page}, false);
}

void FaultyHvm::spoil_events(Vm& vm) {
  const u32 info = static_cast<u32>(vm.read_field(Field::kEntryInterruption));
  const bool waits = info & event_info::kValid;
  const bool interrupt = waits && event_info::type(info) == 0;
  if (defect_ == Defect::kLostInterrupt && interrupt && now_and_then()) vm.write_field(Field::kEntryInterruption, 0);
  if (defect_ != Defect::kInjectedTwice) return;
  if (!waits && again_ && vm.takes_interrupts()) vm.write_field(Field::kEntryInterruption, *std::exchange(again_, {}));
  if (interrupt && now_and_then()) again_ = info;
}

// A few instructions at a time, whatever they are.
void FaultyHvm::interpret(Vm& vm) {
  for (int i = 0; i < 8 && !vm.state().halted; ++i) {
    const u32 info = static_cast<u32>(vm.read_field(Field::kEntryInterruption));
    if (info & event_info::kValid || (vm.interrupt_pending() && vm.takes_interrupts())) return;
    const Emulated done = vm.emulate_one();
    if (done.trap) return vm.inject(*done.trap);
  }
}

}  // namespace ringside::test
