// VM entries, VM exits and what comes between two instructions in VMX non-root operation.
#include "cpu/x86/vmx.hpp"

#include "cpu/x86/cpu.hpp"
#include "cpu/x86/vmx_event.hpp"

namespace ringside::x86 {

using cost::Account;
using cost::Param;

namespace {

VmxControls controls_of(const Vmcs& vmcs) {
  VmxControls c;
  c.pins = vmcs.read32(Field::kPinControls);
  c.primary = vmcs.read32(Field::kPrimaryControls);
  c.secondary = c.primary & primary::kSecondary ? vmcs.read32(Field::kSecondaryControls) : 0;
  c.exceptions = vmcs.read32(Field::kExceptionBitmap);
  c.page_fault_mask = vmcs.read32(Field::kPageFaultMask);
  c.page_fault_match = vmcs.read32(Field::kPageFaultMatch);
  c.cr0_mask = vmcs.read32(Field::kCr0Mask), c.cr0_shadow = vmcs.read32(Field::kCr0Shadow);
  c.cr4_mask = vmcs.read32(Field::kCr4Mask), c.cr4_shadow = vmcs.read32(Field::kCr4Shadow);
  c.cr3_targets = vmcs.read32(Field::kCr3TargetCount);
  for (unsigned i = 0; i < c.cr3_target.size(); ++i)
    c.cr3_target[i] = vmcs.read32(field_after(Field::kCr3Target0, i));
  c.io_a = {vmcs.read(Field::kIoBitmapA)}, c.io_b = {vmcs.read(Field::kIoBitmapB)};
  c.msrs = {vmcs.read(Field::kMsrBitmaps)};
  return c;
}

void record_failure(Vmcs& vmcs, const EntryFault& fault) {
  if (!fault.guest_state) return vmcs.write(Field::kInstructionError, kInvalidControls);
  vmcs.write(Field::kExitReason, static_cast<u32>(ExitReason::kInvalidGuestState) | kEntryFailed);
  vmcs.write(Field::kExitQualification, 0);
}

}  // namespace

// --- VM entry (SDM volume 3, chapter 27) ---

std::optional<EntryFault> Cpu::enter_non_root(Hpa at) {
  Vmcs vmcs(mmu_.memory(), at);
  ledger_.charge(Account::kHardware, Param::kVmEntry);
  if (const auto fault = check_entry(vmcs, mmu_.memory(), model_, assist_)) {
    record_failure(vmcs, *fault);
    return fault;
  }
  non_root = NonRoot{};
  non_root.active = true;
  non_root.vmcs = at;
  non_root.controls = controls_of(vmcs);
  non_root.instruction.row = kIllegalRow;
  vmcs.load_guest(state);
  use_translations_of(vmcs);
  deliver_entry_event(vmcs);
  return std::nullopt;
}

void Cpu::use_translations_of(const Vmcs& vmcs) {
  const VmxControls& c = non_root.controls;
  mmu_.nested = {(c.secondary & secondary::kEpt) != 0, vmcs.read(Field::kEptPointer)};
  const bool tagged = c.secondary & secondary::kVpid;
  const u16 vpid = tagged ? static_cast<u16>(vmcs.read(Field::kVpid)) : u16{0};
  if (vpid != mmu_.tlb.vmid()) mmu_.caches.clear();
  mmu_.tlb.set_vmid(vpid);
  if (!tagged) drop_translations();
  fetch_.valid = false;
}

void Cpu::drop_translations() {
  mmu_.tlb.drop_all_vms();
  mmu_.caches.clear();
}

void Cpu::deliver_entry_event(Vmcs& vmcs) {
  const u32 info = vmcs.read32(Field::kEntryInterruption);
  if (!(info & event_info::kValid)) return;
  vmcs.write(Field::kEntryInterruption, info & ~event_info::kValid);
  const Trap event = event_of(info, vmcs.read32(Field::kEntryErrorCode),
                              vmcs.read32(Field::kEntryInstructionLength), state.cr2);
  ledger_.charge(Account::kHardware, price_of(event));
  state.halted = false;
  state.shadow = Shadow::kNone;
  if (event.kind == Trap::Kind::kNmi) state.nmi_blocked = true;
  deliver(event, kIllegalRow);
  non_root.left_at_entry = !non_root.active;
}

// --- VM exit (SDM volume 3, chapter 28) ---

namespace {

constexpr bool is_fault_of_pages(const ExitInfo& info) {
  const bool page_fault = info.trap && info.trap->kind == Trap::Kind::kException && info.trap->vector == kPf;
  return page_fault || info.reason == ExitReason::kEptViolation || info.reason == ExitReason::kEptMisconfiguration;
}

void store_exit(Vmcs& vmcs, const ExitInfo& info) {
  vmcs.write(Field::kExitReason, static_cast<u32>(info.reason));
  vmcs.write(Field::kExitQualification, info.qualification);
  vmcs.write(Field::kGuestLinearAddress, info.linear);
  vmcs.write(Field::kGuestPhysicalAddress, info.gpa);
  const u32 unblocked = info.nmi_unblocked ? event_info::kNmiUnblocked : 0;
  vmcs.write(Field::kExitInterruption, info.trap ? event_field(*info.trap) | unblocked : 0);
  vmcs.write(Field::kExitErrorCode, info.trap ? info.trap->code : 0);
  vmcs.write(Field::kVectoring, info.vectoring ? event_field(*info.vectoring) : 0);
  vmcs.write(Field::kVectoringErrorCode, info.vectoring ? info.vectoring->code : 0);
  const bool software = info.vectoring && info.vectoring->asked_for();
  vmcs.write(Field::kExitInstructionLength, software ? info.vectoring->length : info.instruction.length);
}

}  // namespace

Step Cpu::leave(const ExitInfo& info) {
  ledger_.charge(Account::kHardware, is_fault_of_pages(info) ? Param::kVmExitPageFault : Param::kVmExit);
  Vmcs vmcs(mmu_.memory(), non_root.vmcs);
  vmcs.store_guest(state);
  store_exit(vmcs, info);
  non_root.exit = info;
  non_root.active = false;
  fetch_.valid = false;
  if (mmu_.tlb.vmid() == 0) drop_translations();
  Step step{Step::Kind::kExited, info.instruction.row, {}, false, false};
  if (info.trap) step.trap = *info.trap;
  return step;
}

ExitInfo Cpu::exit_for(ExitReason reason, u32 qualification) const {
  ExitInfo info;
  info.reason = reason;
  info.qualification = qualification;
  info.instruction = non_root.instruction;
  return info;
}

// --- events (SDM volume 3, sections 26.2 and 28.2.2) ---

// In the order of SDM volume 3, table 6-2, a window behind what it is opened for.
bool Cpu::non_root_event_due() const {
  if (non_root.left_at_entry) return true;
  const VmxControls& c = non_root.controls;
  if (state.pending_debug) return debug_trap_due();
  const bool free = state.shadow == Shadow::kNone;
  if (nmi_line && (c.pins & pin::kNmiExiting || (!state.nmi_blocked && free))) return true;
  if (c.primary & primary::kNmiWindow && !state.nmi_blocked && free) return true;
  const bool takes = state.eflags & flag::kIf && free;
  if (intr_line && (c.pins & pin::kExternalInterruptExiting ? free : takes)) return true;
  return c.primary & primary::kInterruptWindow && takes;
}

Step Cpu::non_root_event() {
  const VmxControls& c = non_root.controls;
  if (std::exchange(non_root.left_at_entry, false))
    return {Step::Kind::kExited, non_root.exit.instruction.row, {}, false, false};
  if (debug_trap_due()) return trapped(due_event(), kIllegalRow, false);
  if (nmi_line && c.pins & pin::kNmiExiting) {
    nmi_line = false;
    ExitInfo info = exit_for(ExitReason::kExceptionOrNmi);
    info.trap = Trap{kNmi, false, 0, 0, Trap::Kind::kNmi, 0};
    return leave(info);
  }
  if (nmi_due()) return trapped(due_event(), kIllegalRow, false);
  if (c.primary & primary::kNmiWindow && !state.nmi_blocked) return leave(exit_for(ExitReason::kNmiWindow));
  if (!intr_line) return leave(exit_for(ExitReason::kInterruptWindow));
  if (c.pins & pin::kExternalInterruptExiting) return leave(exit_for(ExitReason::kExternalInterrupt));
  return trapped(due_event(), kIllegalRow, false);
}

// --- exceptions ---

bool Cpu::exits(const Trap& trap) const {
  const VmxControls& c = non_root.controls;
  if (trap.kind == Trap::Kind::kNestedFault) return true;
  const bool by_opcode = trap.kind == Trap::Kind::kPrivileged || is_software_exception(trap);
  const bool exception = trap.kind == Trap::Kind::kException || by_opcode;
  if (!exception || trap.vector > 31) return false;
  const bool asked = c.exceptions >> trap.vector & 1;
  if (trap.vector != kPf) return asked;
  return asked == ((trap.code & c.page_fault_mask) == c.page_fault_match);
}

// An instruction that exits by a fault has done nothing: it is in the shadow that it began in.
Step Cpu::leave_by(const Trap& trap, unsigned row, const std::optional<Trap>& vectoring) {
  ExitInfo info = trap.kind == Trap::Kind::kNestedFault ? nested_fault(trap.address)
                                                        : exit_for(ExitReason::kExceptionOrNmi);
  info.instruction.row = static_cast<u16>(row);
  info.vectoring = vectoring;
  if (!vectoring) state.shadow = non_root.shadow;
  if (trap.kind != Trap::Kind::kNestedFault) info.trap = trap;
  info.nmi_unblocked = info.trap && !vectoring && non_root.nmi_blocked && !state.nmi_blocked;
  if (info.trap && trap.vector == kPf) info.qualification = info.linear = trap.address;
  // INT1 sets none of the bits that the qualification tells of.
  const bool debug = trap.vector == kDb && trap.kind != Trap::Kind::kPrivileged;
  if (info.trap && debug) info.qualification = state.dr[6];
  return leave(info);
}

// IRET ends the blocking of NMIs before it faults; the VMM is told, to block them again.
ExitInfo Cpu::nested_fault(u32 linear) const {
  namespace q = qualification;
  const NestedMiss& miss = mmu_.last_miss;
  const u32 access = miss.access == Access::kFetch ? q::kFetch : miss.access == Access::kLoad ? q::kRead : q::kWrite;
  const bool unblocked = non_root.nmi_blocked && !state.nmi_blocked;
  ExitInfo info = exit_for(miss.misconfigured ? ExitReason::kEptMisconfiguration : ExitReason::kEptViolation);
  info.qualification = access | static_cast<u32>(miss.rights & ept::kAll) << q::kRightsShift | q::kLinearValid |
                       (miss.in_walk ? 0 : q::kFinalAccess) | (unblocked ? q::kNmiUnblocked : 0);
  if (miss.misconfigured) info.qualification = 0;
  info.linear = linear;
  info.gpa = miss.gpa;
  return info;
}

}  // namespace ringside::x86
