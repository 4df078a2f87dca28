// Entering and leaving non-root mode, and what in it leaves to the VMM.
#include "cpu/non_root.hpp"

#include "cpu/cpu.hpp"

namespace ringside::cpu {

using cost::Account;
using cost::Param;

namespace {

NonRootControls controls_of(const ControlBlock& block) {
  NonRootControls c;
  c.instruction_exits = block.read(Field::kInstructionExits);
  c.cr_read_exits = block.read(Field::kCrReadExits);
  c.cr_write_exits = block.read(Field::kCrWriteExits);
  c.exception_exits = block.read(Field::kExceptionExits);
  c.interrupt_window = block.read(Field::kInterruptWindow);
  c.interrupt_exits = block.read(Field::kControls) & control::kInterruptExits;
  c.sr_mask = block.read(Field::kSrMask);
  c.sr_shadow = block.read(Field::kSrShadow);
  u32 any = c.sr_mask;
  for (u32 i = 0; i < zisa::kCrCount; ++i) {
    any |= c.cr_mask[i] = block.read(field_after(Field::kTvecMask, i));
    c.cr_shadow[i] = block.read(field_after(Field::kTvecShadow, i));
  }
  c.masked = any != 0;
  c.time_offset = u64{block.read(Field::kTimeOffsetHigh)} << 32 | block.read(Field::kTimeOffset);
  return c;
}

bool is_page_fault(Cause cause) {
  return cause == Cause::kFetchPage || cause == Cause::kLoadPage || cause == Cause::kStorePage;
}

Access access_of(Cause cause) {
  return cause == Cause::kFetchPage ? Access::kFetch
         : cause == Cause::kLoadPage ? Access::kLoad
                                     : Access::kStore;
}

// What an instruction wanted of memory.
u32 wanted_by(u32 word) {
  if (word == 0) return qualification::kFetch;
  const unsigned row = zisa::decode_row(word);
  if (row == zisa::kIllegalRow) return qualification::kFetch;
  if (row == zisa::row_of("probe")) return qualification::kProbe;
  const bool loads = zisa::kRows[row].kind == zisa::Kind::kLoad || row == zisa::row_of("lr.w");
  return loads ? qualification::kLoad : qualification::kStore;
}

}  // namespace

// --- entry ---

std::optional<EntryFault> Cpu::enter_non_root(Hpa at) {
  ControlBlock block(mmu_.memory(), at);
  ledger_.charge(Account::kHardware, Param::kVmEntry);
  if (const auto fault = check_entry(block, mmu_.memory(), assist_)) {
    block.write(Field::kExitReason, static_cast<u32>(ExitReason::kEntryFailure));
    block.write(Field::kFailedField, number_of(fault->field));
    block.write(Field::kFailedValue, fault->value);
    return fault;
  }
  non_root.controls = controls_of(block);
  non_root.block = at;
  non_root.vectoring.under_way = false;
  non_root.instruction = 0;
  non_root.active = true;
  block.load_guest(state);
  const u32 controls = block.read(Field::kControls);
  mmu_.nested = {(controls & control::kNestedPaging) != 0, block.read(Field::kNestedPtbr)};
  const bool tagged = controls & control::kUseVmid;
  const auto vmid = static_cast<u16>(tagged ? block.read(Field::kVmid) : 0);
  if (vmid != mmu_.tlb.vmid()) mmu_.caches.clear();
  mmu_.tlb.set_vmid(vmid);
  if (!tagged) drop_translations();
  fetch_.valid = false;
  if (block.read(Field::kEntryEvent)) {
    const Trap event{static_cast<Cause>(block.read(Field::kEntryCause)), block.read(Field::kEntryTval)};
    block.write(Field::kEntryEvent, 0);
    ledger_.charge(Account::kHardware, price_of(event.cause));
    deliver(event);
  }
  return std::nullopt;
}

void Cpu::drop_translations() {
  mmu_.tlb.drop_all_vms();
  mmu_.caches.clear();
}

void Cpu::deliver(const Trap& trap) {
  if (non_root.active)
    non_root.vectoring = {true, trap, state.pc, state.sr, state.control(Cr::kEpc),
                          state.control(Cr::kCause), state.control(Cr::kTval)};
  enter_trap(state, trap);
}

// --- exit ---

Step Cpu::leave(const ExitInfo& info) {
  const bool fault = info.reason == ExitReason::kPageFault || info.reason == ExitReason::kNestedFault;
  ledger_.charge(Account::kHardware, fault ? Param::kVmExitPageFault : Param::kVmExit);
  ControlBlock block(mmu_.memory(), non_root.block);
  const Vectoring& event = non_root.vectoring;
  const bool again = event.under_way && fault;
  if (again) take_delivery_back();
  block.write(Field::kExitEvent, again);
  block.write(Field::kExitEventCause, again ? static_cast<u32>(event.event.cause) : 0);
  block.write(Field::kExitEventTval, again ? event.event.tval : 0);
  block.store_guest(state);
  block.write(Field::kExitReason, static_cast<u32>(info.reason));
  block.write(Field::kExitQualification, info.qualification);
  block.write(Field::kExitGva, info.gva);
  block.write(Field::kExitGpa, static_cast<u32>(info.gpa));
  block.write(Field::kExitGpaHigh, static_cast<u32>(info.gpa >> 32));
  block.write(Field::kExitInstruction, info.instruction);
  block.write(Field::kExitCause, static_cast<u32>(info.trap.cause));
  block.write(Field::kExitTval, info.trap.tval);
  non_root.exit = info;
  non_root.active = false;
  non_root.vectoring.under_way = false;
  fetch_.valid = false;
  if (mmu_.tlb.vmid() == 0) drop_translations();
  return {Step::Kind::kExited, info.row, info.trap, false};
}

void Cpu::take_delivery_back() {
  const Vectoring& before = non_root.vectoring;
  state.pc = before.pc, state.sr = before.sr;
  state.control(Cr::kEpc) = before.epc;
  state.control(Cr::kCause) = before.cause;
  state.control(Cr::kTval) = before.tval;
}

// --- what exits ---

bool Cpu::non_root_interrupt_due() const {
  const NonRootControls& c = non_root.controls;
  if (c.interrupt_exits ? non_root.host_pending != 0
                        : enabled_pending(state) != 0 && interrupts_enabled(state))
    return true;
  return c.interrupt_window & state.control(Cr::kIenable) && interrupts_enabled(state);
}

// What is pending for a guest that waits, whether it has interrupts enabled or not.
bool Cpu::wakes() const {
  if (!non_root.active) return enabled_pending(state) != 0;
  const NonRootControls& c = non_root.controls;
  const u32 enabled = state.control(Cr::kIenable);
  return (c.interrupt_exits ? non_root.host_pending : enabled_pending(state)) != 0 ||
         (c.interrupt_window & enabled) != 0;
}

Step Cpu::non_root_interrupt() {
  const NonRootControls& c = non_root.controls;
  ExitInfo info;
  info.row = zisa::kIllegalRow;
  if (c.interrupt_exits && non_root.host_pending != 0) {
    info.reason = ExitReason::kInterrupt;
    info.trap.cause = first_interrupt(non_root.host_pending);
    return leave(info);
  }
  if (!c.interrupt_exits && enabled_pending(state) != 0)
    return trapped({first_interrupt(enabled_pending(state)), 0}, zisa::kIllegalRow);
  info.reason = ExitReason::kInterruptWindow;
  return leave(info);
}

// A trap for the user's mode goes before an exit: the guest kernel's business with its own users.
std::optional<Step> Cpu::exit_before(const zisa::Decoded& decoded) {
  const unsigned row = decoded.row;
  non_root.instruction = decoded.operands.word;
  if (row == zisa::kIllegalRow || zisa::kRows[row].kind != zisa::Kind::kSystem) return std::nullopt;
  if (!state.supervisor() && variant_.traps_in_user(row, state.sr)) return std::nullopt;
  if (wants_exit(decoded)) {
    ExitInfo info;
    info.reason = row == zisa::row_of("wfi")     ? ExitReason::kHalt
                  : row == zisa::row_of("hcall") ? ExitReason::kHypercall
                                                 : ExitReason::kInstruction;
    info.instruction = decoded.operands.word;
    info.row = row;
    return leave(info);
  }
  if (row != zisa::row_of("probe") || !mmu_.nested.on) return std::nullopt;
  const u32 gva = state.x[decoded.operands.rs1];
  const auto miss = mmu_.nested_miss_for_probe(state.context(), {gva});
  if (!miss) return std::nullopt;
  mmu_.last_miss = *miss;
  return leave_for_nested_fault(gva, row);
}

bool Cpu::wants_exit(const zisa::Decoded& decoded) const {
  const NonRootControls& c = non_root.controls;
  const zisa::Operands& o = decoded.operands;
  const auto number = static_cast<u32>(o.imm);
  if (decoded.row == zisa::row_of("read_cr"))
    return number < zisa::kCrCount && c.cr_read_exits >> number & 1;
  if (decoded.row == zisa::row_of("write_cr")) {
    if (number >= zisa::kCrCount || zisa::read_only(static_cast<Cr>(number))) return false;
    const u32 changed = (state.x[o.rs1] ^ c.cr_shadow[number]) & c.cr_mask[number];
    return c.cr_write_exits >> number & 1 || changed != 0;
  }
  if ((o.word & 0x7f) != 0x0b) return false;  // ECALL and EBREAK exit as exceptions
  if (c.instruction_exits >> (o.word >> 25) & 1) return true;
  if (decoded.row != zisa::row_of("write_sr")) return false;
  const u32 writable = state.supervisor() ? zisa::sr::kAll : zisa::sr::kFlags;
  return (state.x[o.rs1] ^ c.sr_shadow) & c.sr_mask & writable;
}

Step Cpu::leave_for_nested_fault(u32 gva, unsigned row) {
  ExitInfo info;
  info.reason = ExitReason::kNestedFault;
  info.gva = gva;
  info.gpa = mmu_.last_miss.gpa;
  info.instruction = non_root.instruction;
  info.qualification = qualification::make(wanted_by(non_root.instruction), mmu_.last_miss.access,
                                           mmu_.last_miss.reference);
  info.row = row;
  return leave(info);
}

std::optional<Step> Cpu::exit_instead(const Trap& trap, unsigned row) {
  if (trap.cause == kNestedFault) return leave_for_nested_fault(trap.tval, row);
  const u32 cause = static_cast<u32>(trap.cause);
  if (zisa::is_interrupt(trap.cause) || !(non_root.controls.exception_exits >> cause & 1)) return std::nullopt;
  ExitInfo info;
  info.reason = is_page_fault(trap.cause) ? ExitReason::kPageFault : ExitReason::kException;
  info.instruction = non_root.instruction;
  info.trap = trap;
  info.row = row;
  if (info.reason == ExitReason::kPageFault) {
    const Access access = access_of(trap.cause);
    info.gva = trap.tval;
    info.qualification = qualification::make(static_cast<u32>(access), access, mmu::NestedMiss::kAccessItself);
  }
  return leave(info);
}

// --- masks and shadows ---

// A system instruction that does not exit executes on what the guest sees; what is the VMM's is put back
// behind it.
Cpu::Unmasked::Unmasked(Cpu& cpu) : cpu_(cpu) {
  ArchState& s = cpu.state;
  sr_ = s.sr, cr_ = s.cr;
  s.sr = cpu.non_root.visible_sr(s.sr);
  for (u32 i = 0; i < zisa::kCrCount; ++i) s.cr[i] = cpu.non_root.visible_cr(i, s.cr[i]);
}

Cpu::Unmasked::~Unmasked() {
  ArchState& s = cpu_.state;
  const NonRootControls& c = cpu_.non_root.controls;
  s.sr = (s.sr & ~c.sr_mask) | (sr_ & c.sr_mask);
  for (u32 i = 0; i < zisa::kCrCount; ++i)
    s.cr[i] = (s.cr[i] & ~c.cr_mask[i]) | (cr_[i] & c.cr_mask[i]);
}

}  // namespace ringside::cpu
