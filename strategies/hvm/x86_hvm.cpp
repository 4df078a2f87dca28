#include "strategies/hvm/x86_hvm.hpp"

#include <utility>

#include "cpu/x86/vmx_event.hpp"

namespace ringside::strategies {

using namespace x86;
using cost::Param;
using vmm::Resume;

namespace {

/// What exits always: ports, MSRs (there is no bitmap) and HLT, for the devices and the time are virtual.
constexpr u32 kPrimary = primary::kHltExiting | primary::kIoExiting | primary::kTscOffsetting | primary::kSecondary;
/// Beside that with shadow paging: what changes the guest's translations.
constexpr u32 kPrimaryOfShadow = primary::kCr3LoadExiting | primary::kCr3StoreExiting | primary::kInvlpgExiting;
constexpr u32 kPins = pin::kExternalInterruptExiting | pin::kNmiExiting | pin::kVirtualNmis;

}  // namespace

// --- set-up ---

void X86Hvm::start(Vm& vm) {
  if (!vm.run_non_root(nested_)) return vm.fail("no room for the top table of the EPT");
  ask_for_exits(vm);
  if (nested_) return vm.write_field(Field::kEptPointer, vm.ept_pointer());
  ask_for_shadow_exits(vm);
  pager_.choose_root(vm);
}

void X86Hvm::ask_for_exits(Vm& vm) {
  primary_ = kPrimary | (rdtsc_exits_ ? primary::kRdtscExiting : 0) | (nested_ ? 0 : kPrimaryOfShadow);
  u32 more = nested_ ? secondary::kEpt | secondary::kUnrestrictedGuest : 0;
  if (vm.has_vpids()) {
    more |= secondary::kVpid;
    vm.write_field(Field::kVpid, vm.vpid());
  }
  vm.write_field(Field::kPinControls, kPins);
  vm.write_field(Field::kPrimaryControls, primary_);
  vm.write_field(Field::kSecondaryControls, more);
}

// The guest may not see the tables that are in force, nor change unnoticed what its own mean.
void X86Hvm::ask_for_shadow_exits(Vm& vm) {
  vm.write_field(Field::kExceptionBitmap, 1u << kPf);
  vm.write_field(Field::kCr0Mask, cr0::kPe | cr0::kPg | cr0::kWp);
  vm.write_field(Field::kCr4Mask, cr4::kPse | cr4::kPge);
}

// --- exits ---

Resume X86Hvm::handle(Vm& vm, const Exit& exit) {
  vm.work(Param::kHvmHandler);
  vm.read_field(Field::kExitReason);  // which `exit` is
  injected_ = false;
  again_ = vm.broken_off();
  std::visit([&](const auto& each) { on(vm, each); }, exit);
  if (again_ && !injected_) vm.inject_again(*std::exchange(again_, std::nullopt));
  if (!nested_) {
    pager_.absorb_writes(vm);
    pager_.choose_root(vm);
    if (!(vm.state().cr0 & cr0::kPe)) vm.fail("the guest leaves protected mode, where shadow tables are of no use");
  }
  return vm.state().halted ? Resume::kHalt : Resume::kRun;
}

// An event whose delivery was broken off is completed first: what is injected comes on top of it.
void X86Hvm::inject(Vm& vm, const Trap& trap) {
  if (again_) vm.complete_delivery(*std::exchange(again_, std::nullopt));
  vm.inject(trap);
  injected_ = true;
}

void X86Hvm::finish(Vm& vm, const Emulated& done) {
  if (done.trap) inject(vm, *done.trap);
  follow_a20(vm);
  offer_interrupts(vm);
}

void X86Hvm::follow_a20(Vm& vm) {
  if (nested_) return vm.follow_a20();
  if (std::exchange(a20_, vm.a20()) != vm.a20()) pager_.start_over(vm);
}

// CPUID, MSRs, INVD and RDTSC: the exit reason tells what to do.
void X86Hvm::on(Vm& vm, const PrivilegedInstruction&) { finish(vm, vm.emulate_known()); }

void X86Hvm::on(Vm& vm, const Halt&) { finish(vm, vm.emulate_known()); }

// --- ports ---

void X86Hvm::on(Vm& vm, const PortIo&) {
  const u64 why = vm.read_field(Field::kExitQualification);
  if (why & qualification::kString) return finish(vm, vm.emulate_rest(vm.emulate_one()));
  finish(vm, vm.emulate_known());
}

// --- pages ---

void X86Hvm::on(Vm& vm, const NestedFault&) {
  const u32 why = static_cast<u32>(vm.read_field(Field::kExitQualification));
  const Gpa gpa{vm.read_field(Field::kGuestPhysicalAddress)};
  if (why & qualification::kNmiUnblocked) vm.block_nmi();
  if (!vm.is_ram(vm.on_bus(gpa))) return reach_outside_of_ram(vm, gpa, why);
  vm.found_meaning(FaultMeaning::kHidden);
  if (!vm.map_nested(gpa)) vm.fail("no room for extended page tables");
}

// Registers of devices are not mapped, so that the guest exits when it reaches for them; nor is what lies nowhere. What
// reached there is done in software: the delivery of an event, or else an instruction.
void X86Hvm::reach_outside_of_ram(Vm& vm, Gpa gpa, u32 why) {
  namespace q = qualification;
  vm.found_meaning(vm.is_device(gpa) ? FaultMeaning::kDevice : FaultMeaning::kTrue);
  if (again_) {
    vm.complete_delivery(*std::exchange(again_, std::nullopt));
    return finish(vm, {});
  }
  const bool itself = why & q::kFinalAccess && !(why & q::kFetch);
  if (itself && !vm.state().user()) {
    const u32 linear = static_cast<u32>(vm.read_field(Field::kGuestLinearAddress));
    vm.translation_known(linear, gpa, why & q::kWrite ? Access::kStore : Access::kLoad);
  }
  finish(vm, vm.emulate_one());
}

// --- events ---

// It may have come while the hardware delivered an event. That is delivered again once the shadow is filled; else in
// software, where a fault of the guest's own comes up anew.
void X86Hvm::on(Vm& vm, const PageFault& fault) {
  const u64 info = vm.read_field(Field::kExitInterruption);
  vm.read_field(Field::kExitErrorCode), vm.read_field(Field::kExitQualification);  // which `fault` is
  const FaultAnswer answer = pager_.handle(vm, fault);
  const bool again = answer.action == FaultAction::kRetry;
  if (again && info & event_info::kNmiUnblocked) vm.block_nmi();
  if (again) return;
  if (again_) {
    vm.complete_delivery(*std::exchange(again_, std::nullopt));
    return finish(vm, {});
  }
  if (answer.action == FaultAction::kEmulate) return finish(vm, vm.emulate_rest(vm.emulate_one()));
  inject(vm, answer.trap);
}

// Others are not asked for; so they are what the bare machine would make of them.
void X86Hvm::on(Vm& vm, const Exception& exit) { inject(vm, exit.trap); }

// The guest makes no calls: without a VMM there is no such instruction.
void X86Hvm::on(Vm& vm, const Hypercall&) { finish(vm, vm.emulate_known()); }

void X86Hvm::on(Vm& vm, const Interrupt&) {
  const u64 info = vm.read_field(Field::kExitInterruption);
  if (info & event_info::kValid) nmi_waits_ = true;
  vm.accept_interrupts();
  offer_interrupts(vm);
}

void X86Hvm::on(Vm& vm, const InterruptWindow&) {
  vm.accept_interrupts();
  offer_interrupts(vm);
}

void X86Hvm::on(Vm& vm, const TripleFault&) { vm.shut_down(); }

// Delivers what waits if the guest can take it now; else a window tells when it can.
void X86Hvm::offer_interrupts(Vm& vm) {
  const bool free = !injected_ && !again_;
  if (free && nmi_waits_ && vm.takes_nmi()) {
    nmi_waits_ = false;
    inject(vm, {kNmi, false, 0, 0, Trap::Kind::kNmi, 0});
  } else if (free && vm.deliver_interrupt()) {
    injected_ = true;
  }
  set_windows(vm);
}

void X86Hvm::set_windows(Vm& vm) {
  const u32 closed = primary_ & ~(primary::kInterruptWindow | primary::kNmiWindow);
  const u32 wanted = closed | (vm.interrupt_pending() ? primary::kInterruptWindow : 0) |
                     (nmi_waits_ ? primary::kNmiWindow : 0);
  if (wanted != primary_) vm.write_field(Field::kPrimaryControls, primary_ = wanted);
}

}  // namespace ringside::strategies
