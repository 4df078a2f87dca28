#include "strategies/hvm/hvm.hpp"

namespace ringside::strategies {

using namespace vmm;
using cost::Param;
using cpu::Field;
using cpu::instruction_bit;

namespace {

constexpr u32 bit(Cr which) {
  return 1u << static_cast<u32>(which);
}
constexpr u32 bit(Cause which) {
  return 1u << static_cast<u32>(which);
}

}  // namespace

// --- set-up ---

void Hvm::start(Vm& vm) {
  if (!vm.run_non_root(paging_)) return vm.fail("no room for the root of the nested tables");
  choose_exits(vm);
  u32 controls = cpu::control::kInterruptExits;
  if (vm.has_vmids()) {
    controls |= cpu::control::kUseVmid;
    vm.write_field(Field::kVmid, vm.vmid());
  }
  if (paging_.nested) {
    controls |= cpu::control::kNestedPaging;
    vm.write_field(Field::kNestedPtbr, vm.nested_ptbr());
  } else {
    vm.write_field(Field::kSrMask, zisa::sr::kPg);
    vm.write_field(Field::kGuestSr, zisa::sr::kMode | zisa::sr::kPg);
    pager_.choose_root(vm);
  }
  vm.write_field(Field::kControls, controls);
}

AskedExits exits_with_nested_paging() {
  return {instruction_bit("wfi"), bit(Cr::kIpend), bit(Cr::kTimecmp) | bit(Cr::kTimecmph)};
}

// With shadow paging the guest may not see the page-table base that is in force, nor the tables, nor change them
// unnoticed.
void Hvm::choose_exits(Vm& vm) {
  auto [instructions, reads, writes] = exits_with_nested_paging();
  if (rdcyc_exits_) instructions |= instruction_bit("rdcyc") | instruction_bit("rdcych");
  if (!paging_.nested) {
    instructions |= instruction_bit("read_ptbr") | instruction_bit("probe") |
                    instruction_bit("tlbinv") | instruction_bit("tlbinv_all");
    reads |= bit(Cr::kPtbr);
    writes |= bit(Cr::kPtbr);
    vm.write_field(Field::kExceptionExits,
                   bit(Cause::kFetchPage) | bit(Cause::kLoadPage) | bit(Cause::kStorePage));
  }
  vm.write_field(Field::kInstructionExits, instructions);
  vm.write_field(Field::kCrReadExits, reads);
  vm.write_field(Field::kCrWriteExits, writes);
}

// --- exits ---

Resume Hvm::handle(Vm& vm, const Exit& exit) {
  vm.work(Param::kHvmHandler);
  vm.read_field(Field::kExitReason);  // which `exit` is
  injected_ = false;
  again_.reset();
  if (vm.read_field(Field::kExitEvent))
    again_ = Trap{static_cast<Cause>(vm.read_field(Field::kExitEventCause)),
                  vm.read_field(Field::kExitEventTval)};
  std::visit([&](const auto& each) { on(vm, each); }, exit);
  if (again_ && !injected_) vm.inject_again(*again_);
  if (!paging_.nested) {
    pager_.absorb_writes(vm);
    pager_.choose_root(vm);
  }
  return vm.state().waiting ? Resume::kHalt : Resume::kRun;
}

// An event whose delivery was broken off is completed first: what is injected comes on top of it.
void Hvm::inject(Vm& vm, const Trap& trap) {
  if (again_) vm.complete_delivery(*std::exchange(again_, std::nullopt));
  vm.inject(trap);
  injected_ = true;
}

void Hvm::emulate(Vm& vm) {
  vm.fetch({Field::kGuestPc, Field::kGuestSr});
  if (paging_.nested) vm.fetch({Field::kGuestPtbr});
  const Emulated done = vm.emulate_one(vm.read_field(Field::kExitInstruction));
  if (done.trap) inject(vm, *done.trap);
  offer_interrupts(vm);
}

void Hvm::on(Vm& vm, const PrivilegedInstruction&) {
  emulate(vm);
}

void Hvm::on(Vm& vm, const Halt&) {
  emulate(vm);
}

// --- pages ---

void Hvm::on(Vm& vm, const NestedFault&) {
  const u64 high = vm.read_field(Field::kExitGpaHigh);
  const Gpa gpa{high << 32 | vm.read_field(Field::kExitGpa)};
  if (!vm.is_ram(gpa)) return reach_outside_of_ram(vm, gpa);
  vm.found_meaning(FaultMeaning::kHidden);
  if (!vm.map_nested(gpa, {true, true, true})) vm.fail("no room for nested tables");
}

// A device's registers are not mapped, so that the guest exits when it reaches for them. All else is an
// access fault of the guest, as on the bare machine; PROBE alone has none.
void Hvm::reach_outside_of_ram(Vm& vm, Gpa gpa) {
  namespace q = cpu::qualification;
  const u32 why = vm.read_field(Field::kExitQualification);
  const u32 gva = vm.read_field(Field::kExitGva);
  const bool itself = q::reference(why) == mmu::NestedMiss::kAccessItself;
  const bool device = itself && q::wanted(why) != q::kFetch && vm.is_device(gpa);
  vm.found_meaning(device ? FaultMeaning::kDevice : FaultMeaning::kTrue);
  if (device) vm.translation_known({gva}, gpa);
  if (device || q::wanted(why) == q::kProbe) return emulate(vm);
  inject(vm, {zisa::access_fault(static_cast<Access>(q::wanted(why))), gva});
}

// The fault may have come while the hardware delivered an event. Its fetch is made in supervisor mode, whatever
// the guest was in before; so the delivery is completed, and the fault is one like others.
void Hvm::on(Vm& vm, const PageFault&) {
  const u32 why = vm.read_field(Field::kExitQualification);
  const Gva gva{vm.read_field(Field::kExitGva)};
  if (again_)
    vm.complete_delivery(*std::exchange(again_, std::nullopt));
  else
    vm.fetch({Field::kGuestSr});
  const FaultAnswer answer = pager_.handle(vm, {gva, cpu::qualification::there(why)});
  if (answer.action == FaultAction::kInject) inject(vm, answer.trap);
  if (answer.action == FaultAction::kEmulate) emulate(vm);
}

// --- events ---

// Not asked for; so it is what the bare machine would make of it.
void Hvm::on(Vm& vm, const Exception&) {
  inject(vm, {static_cast<Cause>(vm.read_field(Field::kExitCause)), vm.read_field(Field::kExitTval)});
}

void Hvm::on(Vm& vm, const Hypercall&) {
  vm.fetch({Field::kGuestSr});
  const bool kernel = vm.state().supervisor();
  inject(vm, {kernel ? Cause::kIllegal : Cause::kHcall, vm.read_field(Field::kExitInstruction)});
}

void Hvm::on(Vm& vm, const Interrupt&) {
  vm.read_field(Field::kExitCause);
  vm.accept_interrupts();
  offer_interrupts(vm);
}

void Hvm::on(Vm& vm, const InterruptWindow&) {
  offer_interrupts(vm);
}

// Delivers what is pending if the guest can take it now; else the window tells when it can.
void Hvm::offer_interrupts(Vm& vm) {
  if (vm.state().control(Cr::kIpend) != 0 && !injected_ && !again_) {
    vm.fetch({Field::kGuestSr, Field::kGuestIenable});
    injected_ = vm.deliver_interrupt();
  }
  const u32 pending = vm.state().control(Cr::kIpend);
  if (pending != window_) vm.write_field(Field::kInterruptWindow, window_ = pending);
}

}  // namespace ringside::strategies
