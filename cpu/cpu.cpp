#include "cpu/cpu.hpp"

#include "cpu/hardware.hpp"

namespace ringside::cpu {

using cost::Account;
using cost::Param;

Cpu::Cpu(u32 number, const Variant& variant, mmu::Memory& memory, cost::Ledger& ledger,
         Clock& clock, Bus& bus)
    : number_(number), variant_(variant), mmu_(memory, ledger), ledger_(ledger), clock_(clock),
      bus_(bus) {
  state.control(Cr::kCpuid) = number;
  state.x[10] = number;
}

Account Cpu::account() const {
  const bool kernel = trap_to == TrapTo::kVmm ? guest_kernel : state.supervisor();
  return kernel ? Account::kGuestKernel : Account::kGuestUser;
}

std::optional<Trap> Cpu::fetch_page() {
  const u32 page = state.pc & ~kPageMask;
  if (fetch_.valid && fetch_.page == page) return std::nullopt;
  const auto found = mmu_.translate(state.context(), {state.pc}, Access::kFetch);
  if (found.fault == mmu::Fault::kPage) return Trap{Cause::kFetchPage, state.pc};
  if (found.fault == mmu::Fault::kAccess || !mmu_.memory().contains(found.hpa))
    return Trap{Cause::kFetchAccess, state.pc};
  fetch_ = {true, page, found.hpa.page_base()};
  return std::nullopt;
}

Step Cpu::step(bool sensitive_seen) {
  if (interrupt_due()) return trapped({first_interrupt(enabled_pending(state)), 0}, zisa::kIllegalRow);
  if (const auto trap = fetch_page()) return trapped(*trap, zisa::kIllegalRow);
  const u32 word = mmu_.memory().read<u32>(fetch_.base + (state.pc & kPageMask));
  const zisa::Decoded& decoded = memo_.decode(word);
  const bool runs_in_user = !state.supervisor() && is_sensitive(decoded.row) &&
                            !variant_.traps_in_user(decoded.row, state.sr);
  if (runs_in_user && trap_to == TrapTo::kVmm && !sensitive_seen)
    return {Step::Kind::kSensitive, decoded.row, {}, false};

  accesses_ = {};
  Hardware hardware(*this);
  View<Hardware> view(state, hardware);
  const Account payer = account();
  if (const auto trap = view.execute(decoded, variant_)) return trapped(*trap, decoded.row);
  hardware.finish();
  charge(payer, decoded.row);
  ++direct;
  ++clock_.instructions;
  return {Step::Kind::kCompleted, decoded.row, {}, view.jumped_to_itself()};
}

// TLBINV has paid by the translations it dropped, WFI pays by waiting, the traps pay as traps.
void Cpu::charge_system(Account payer, unsigned row) {
  using zisa::row_of;
  if (row == row_of("tret")) ledger_.charge(Account::kHardware, Param::kTrapReturn);
  for (const unsigned reading : {row_of("read_sr"), row_of("write_sr"), row_of("read_ptbr"),
                                 row_of("read_cr"), row_of("write_cr"), row_of("rdcyc"),
                                 row_of("rdcych")})
    if (row == reading) ledger_.charge(payer, Param::kSystemRegister);
}

// An instruction pays for itself when it completes; one that traps pays the trap.
void Cpu::charge(Account payer, unsigned row) {
  ledger_.charge(payer, Param::kInsn);
  switch (zisa::kRows[row].kind) {
    case zisa::Kind::kMultiply: ledger_.charge(payer, Param::kMultiply); break;
    case zisa::Kind::kDivide: ledger_.charge(payer, Param::kDivide); break;
    case zisa::Kind::kIndirectJump: ledger_.charge(payer, Param::kIndirectJump); break;
    case zisa::Kind::kSystem: charge_system(payer, row); break;
    default: break;
  }
  if (accesses_.data) ledger_.charge(payer, Param::kDataAccess, accesses_.data);
  if (accesses_.device) ledger_.charge(payer, Param::kDeviceAccess, accesses_.device);
  if (accesses_.misaligned) ledger_.charge(payer, Param::kMisaligned, accesses_.misaligned);
}

namespace {

Param price_of(Cause cause) {
  switch (cause) {
    case Cause::kEcallU:
    case Cause::kEcallS:
    case Cause::kBreakpoint:
    case Cause::kHcall: return Param::kTrapSyscall;
    default: return zisa::is_interrupt(cause) ? Param::kTrapInterrupt : Param::kTrapFault;
  }
}

}  // namespace

Step Cpu::trapped(const Trap& trap, unsigned row) {
  ledger_.charge(Account::kHardware, price_of(trap.cause));
  fetch_.valid = false;
  state.waiting = false;
  if (trap_to == TrapTo::kVector) {
    const bool by_instruction = !zisa::is_interrupt(trap.cause);
    direct += by_instruction;
    clock_.instructions += by_instruction;
    enter_trap(state, trap);
  }
  return {Step::Kind::kTrapped, row, trap, false};
}

}  // namespace ringside::cpu
