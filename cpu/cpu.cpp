#include "cpu/cpu.hpp"

#include "cpu/hardware.hpp"

namespace ringside::cpu {

using cost::Account;
using cost::Param;

Cpu::Cpu(u32 number, const Variant& variant, mmu::Memory& memory, cost::Ledger& ledger,
         Clock& clock, Bus& bus)
    : number_(number), variant_(variant), mmu_(memory, ledger), ledger_(ledger), clock_(&clock),
      bus_(bus) {
  state.control(Cr::kCpuid) = number;
  state.x[10] = number;
}

// The other world's translations are none of this one's; VM identifiers tell them apart.
void Cpu::bring_back(const Loaded& world, Clock& clock) {
  state = world.state;
  trap_to = world.trap_to;
  guest_kernel = world.guest_kernel;
  direct = world.direct;
  units = world.units;
  clock_ = &clock;
  fetch_.valid = false;
  non_root = world.non_root;
  mmu_.nested = world.nested;
  if (world.vmid == 0 || mmu_.tlb.vmid() == 0) mmu_.tlb.drop_all_vms();
  mmu_.tlb.set_vmid(world.vmid);
  mmu_.caches.clear();
}

Account Cpu::account() const {
  const bool kernel = trap_to == TrapTo::kVmm ? guest_kernel : state.supervisor();
  return kernel ? Account::kGuestKernel : Account::kGuestUser;
}

std::optional<Trap> Cpu::look_up_fetch() {
  const auto found = mmu_.translate(state.context(), {state.pc}, Access::kFetch);
  if (found.fault == mmu::Fault::kPage) return Trap{Cause::kFetchPage, state.pc};
  if (found.fault == mmu::Fault::kNested) return Trap{kNestedFault, state.pc};
  if (found.fault == mmu::Fault::kAccess || !mmu_.memory().contains(found.hpa))
    return Trap{Cause::kFetchAccess, state.pc};
  fetch_ = {true, state.pc & ~kPageMask, found.hpa.page_base()};
  non_root.vectoring.under_way = false;  // a trap is delivered once its vector can be fetched
  return std::nullopt;
}

void Cpu::report_fetch(mmu::Audit& audit) {
  const Hpa hpa = fetch_.base + (state.pc & kPageMask);
  audit.translated(state.supervisor(), {state.pc}, Access::kFetch, hpa);
  audit.accessed(mmu::Agent::kGuest, hpa, 4, Access::kFetch);
}

bool Cpu::fetch_cached() {
  if (fetch_known()) return true;
  const mmu::TlbEntry* entry = mmu_.cached(state.context(), {state.pc}, Access::kFetch);
  if (!entry || !mmu_.memory().contains({entry->frame << kPageShift})) return false;
  return !look_up_fetch();
}

namespace {

// Whether a jump to its own address leaves everything that its next execution depends on as it was. A
// TRET has changed the mode, and a JALR may have written the register that it jumps by.
bool repeats_itself(const zisa::Decoded& jump) {
  const auto kind = zisa::kRows[jump.row].kind;
  const zisa::Operands& o = jump.operands;
  if (kind == zisa::Kind::kIndirectJump) return o.rd == 0 || o.rd != o.rs1;
  return kind == zisa::Kind::kJump || kind == zisa::Kind::kBranch;
}

}  // namespace

Step Cpu::step(bool sensitive_seen) {
  if (interrupt_due()) {
    if (non_root.active) return non_root_interrupt();
    return trapped({first_interrupt(enabled_pending(state)), 0}, zisa::kIllegalRow);
  }
  non_root.instruction = 0;
  if (!fetch_known())
    if (const auto trap = look_up_fetch()) return trapped(*trap, zisa::kIllegalRow);
  if (mmu::Audit* audit = mmu_.memory().audit()) report_fetch(*audit);
  if (units.cache) return step_unit();
  const u32 word = mmu_.memory().read<u32>(fetch_.base + (state.pc & kPageMask));
  const zisa::Decoded& decoded = memo_.decode(word);
  const bool runs_in_user = !state.supervisor() && is_sensitive(decoded.row) &&
                            !variant_.traps_in_user(decoded.row, state.sr);
  if (runs_in_user && trap_to == TrapTo::kVmm && !sensitive_seen)
    return {Step::Kind::kSensitive, decoded.row, {}, false};
  return execute_here(decoded);
}

Step Cpu::execute_word(u32 word) { return execute_here(memo_.decode(word)); }

Step Cpu::execute_here(const zisa::Decoded& decoded) {
  if (non_root.active)
    if (const auto left = exit_before(decoded)) return *left;
  return execute(decoded, direct);
}

// What is not done here is for the VMM, or for code of its making that works on virtual registers. A computed
// jump finds its target's translation first.
Step Cpu::step_unit() {
  const TcOp* op = operation();
  if (!op) return {Step::Kind::kLeaves, zisa::kIllegalRow, {}, false};
  const zisa::Decoded& decoded = memo_.decode(op->insn);
  if (!op->is_executed())
    return {Step::Kind::kLeaves, decoded.row, {}, false};
  const bool hashed = op->kind == OpKind::kHashedJump;
  const Step step = execute(decoded, *units.executed);
  if (hashed && step.kind == Step::Kind::kCompleted)
    ledger_.charge(Account::kTranslation, Param::kTcHash);
  return step;
}

Step Cpu::execute(const zisa::Decoded& decoded, u64& counter) {
  accesses_ = {};
  Hardware hardware(*this);
  View<Hardware> view(state, hardware);
  const Account payer = account();
  std::optional<Unmasked> as_seen;
  if (non_root.active && non_root.controls.masked && decoded.row < zisa::kRowCount &&
      zisa::kRows[decoded.row].kind == zisa::Kind::kSystem)
    as_seen.emplace(*this);
  const auto& trap = view.execute(decoded, variant_);
  as_seen.reset();
  if (trap) return trapped(*trap, decoded.row);
  hardware.finish();
  charge(payer, decoded.row);
  ++counter;
  ++clock_->instructions;
  return {Step::Kind::kCompleted, decoded.row, {},
          view.jumped_to_itself() && repeats_itself(decoded)};
}

namespace {

// What an instruction costs beside `insn`, or nothing. TLBINV has paid by the translations it dropped, WFI pays by
// waiting, TRET as a transition of the hardware, the traps as traps.
constexpr std::optional<Param> extra_of(unsigned row) {
  switch (zisa::kRows[row].kind) {
    case zisa::Kind::kMultiply: return Param::kMultiply;
    case zisa::Kind::kDivide: return Param::kDivide;
    case zisa::Kind::kIndirectJump: return Param::kIndirectJump;
    default: break;
  }
  for (const auto* name : {"read_sr", "write_sr", "read_ptbr", "read_cr", "write_cr", "rdcyc", "rdcych"})
    if (zisa::kRows[row].name == name) return Param::kSystemRegister;
  return std::nullopt;
}

constexpr auto kExtras = [] {
  std::array<std::optional<Param>, zisa::kRowCount> extras{};
  for (unsigned row = 0; row < zisa::kRowCount; ++row) extras[row] = extra_of(row);
  return extras;
}();

}  // namespace

// An instruction pays for itself when it completes; one that traps pays the trap.
void Cpu::charge(Account payer, unsigned row) {
  ledger_.charge(payer, Param::kInsn);
  if (const auto extra = kExtras[row]) ledger_.charge(payer, *extra);
  if (row == zisa::row_of("tret")) ledger_.charge(Account::kHardware, Param::kTrapReturn);
  if (accesses_.data) ledger_.charge(payer, Param::kDataAccess, accesses_.data);
  if (accesses_.device) ledger_.charge(payer, Param::kDeviceAccess, accesses_.device);
  if (accesses_.misaligned) ledger_.charge(payer, Param::kMisaligned, accesses_.misaligned);
}

Param price_of(Cause cause) {
  switch (cause) {
    case Cause::kEcallU:
    case Cause::kEcallS:
    case Cause::kBreakpoint:
    case Cause::kHcall: return Param::kTrapSyscall;
    default: return zisa::is_interrupt(cause) ? Param::kTrapInterrupt : Param::kTrapFault;
  }
}

Step Cpu::trapped(const Trap& trap, unsigned row) {
  if (non_root.active)
    if (const auto left = exit_instead(trap, row)) return *left;
  ledger_.charge(Account::kHardware, price_of(trap.cause));
  fetch_.valid = false;
  state.waiting = false;
  if (trap_to == TrapTo::kVector) {
    const bool by_instruction = !zisa::is_interrupt(trap.cause);
    direct += by_instruction;
    clock_->instructions += by_instruction;
    deliver(trap);
  }
  return {Step::Kind::kTrapped, row, trap, false};
}

}  // namespace ringside::cpu
