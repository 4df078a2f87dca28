#include "cpu/x86/cpu.hpp"

#include "cpu/x86/hardware.hpp"
#include "cpu/x86/operands.hpp"

namespace ringside::x86 {

using cost::Account;
using cost::Param;

Cpu::Cpu(u32 number, const CpuModel& model, mmu::Memory& memory, cost::Ledger& ledger, cpu::Clock& clock,
         Bus& bus)
    : number_(number), model_(model), mmu_(memory, ledger), ledger_(ledger), clock_(&clock), bus_(bus) {
  if (number != 0) state.apic_base &= ~u64{msr::kApicBoot};
}

// The other world's translations are none of this one's.
void Cpu::bring_back(const Loaded& world, cpu::Clock& clock) {
  state = world.state;
  trap_to = world.trap_to;
  guest_kernel = world.guest_kernel;
  direct = world.direct;
  intr_line = world.intr_line;
  nmi_line = world.nmi_line;
  clock_ = &clock;
  fetch_.valid = false;
  mmu_.tlb.drop_all_vms();
}

Account Cpu::account() const {
  const bool kernel = trap_to == cpu::TrapTo::kVmm ? guest_kernel : !state.user();
  return kernel ? Account::kGuestKernel : Account::kGuestUser;
}

// --- fetching ---

namespace {

constexpr Trap fault_with_code(Vector vector, u32 code, u32 address = 0) {
  return {vector, true, code, address, Trap::Kind::kException, 0};
}

}  // namespace

std::optional<Trap> Cpu::look_up_fetch(u32 linear) {
  const Translation found = mmu_.translate(paging_context(), linear, Access::kFetch);
  if (found.fault) return fault_with_code(kPf, found.code, linear);
  fetch_ = {true, linear & ~kPageMask, found.hpa.page_base()};
  return std::nullopt;
}

bool Cpu::fetch_cached() {
  const u32 linear = code_address();
  if (!fetch_known(linear)) {
    const mmu::TlbEntry* entry = mmu_.cached(paging_context(), linear, Access::kFetch);
    if (!entry || look_up_fetch(linear)) return false;
  }
  return mmu_.memory().contains(fetch_.base);
}

// Code is fetched from RAM; elsewhere the bus reads as ones, which is no instruction.
void Cpu::copy_code(Hpa from, u32 count, u8* to) const {
  const bool ram = mmu_.memory().contains(from, count);
  if (ram) std::copy_n(mmu_.memory().at(from), count, to);
  else std::fill_n(to, count, u8{0xff});
}

// The bytes at EIP, as far as CS and the page reach. Only an instruction that goes on behind the page looks the next
// one up.
std::optional<Trap> Cpu::fetch_instruction(Instruction& instruction) {
  const Segment& cs = state.segment(Seg::kCs);
  const u32 linear = code_address();
  if (state.eip > cs.limit) return fault_with_code(kGp, 0);
  if (!fetch_known(linear))
    if (const auto trap = look_up_fetch(linear)) return trap;
  const u32 in_limit = std::min<u32>(kMaxLength - 1, cs.limit - state.eip) + 1;
  const u32 count = std::min(in_limit, kPageSize - (linear & kPageMask));
  const CodeSize size = cs.big() ? CodeSize::kBits32 : CodeSize::kBits16;
  const Hpa at = fetch_.base + (linear & kPageMask);
  std::array<u8, kMaxLength> bytes;
  copy_code(at, count, bytes.data());
  instruction = memo_.decode(at, {bytes.data(), count}, size);
  if (instruction.row == kTooShortRow && count < in_limit) {
    if (const auto trap = fetch_across(linear, in_limit, size, instruction)) return trap;
  }
  if (auto* audit = mmu_.memory().audit())
    audit->accessed(mmu::Agent::kGuest, at, std::min<u32>(instruction.length, count), Access::kFetch);
  if (instruction.row != kTooShortRow) return std::nullopt;
  return fault_with_code(kGp, 0);  // it goes on behind the limit of CS
}

std::optional<Trap> Cpu::fetch_across(u32 linear, u32 count, CodeSize size, Instruction& instruction) {
  const u32 here = kPageSize - (linear & kPageMask);
  const Translation next = mmu_.translate(paging_context(), linear + here, Access::kFetch);
  if (next.fault) return fault_with_code(kPf, next.code, linear + here);
  std::array<u8, kMaxLength> bytes;
  copy_code(fetch_.base + (linear & kPageMask), here, bytes.data());
  copy_code(next.hpa, count - here, bytes.data() + here);
  instruction = decode({bytes.data(), count}, size);
  return std::nullopt;
}

// --- what comes between two instructions ---

// In the order of SDM volume 3, table 6-2: debug traps of the instruction before, NMI, interrupts.
Trap Cpu::due_event() {
  if (debug_trap_due()) {
    state.dr[6] |= std::exchange(state.pending_debug, 0);
    return {kDb, false, 0, 0, Trap::Kind::kException, 0};
  }
  if (nmi_due()) {
    nmi_line = false;
    state.nmi_blocked = true;
    return {kNmi, false, 0, 0, Trap::Kind::kNmi, 0};
  }
  const u8 vector = trap_to == cpu::TrapTo::kVmm ? u8{0} : bus_.acknowledge_interrupt();
  return {vector, false, 0, 0, Trap::Kind::kInterrupt, 0};
}

// A fault, unless RF says that the instruction is to go ahead (SDM volume 3, section 17.3.1.1).
std::optional<Trap> Cpu::instruction_breakpoint() {
  if (!(state.dr[7] & 0xff) || state.eflags & flag::kRf) return std::nullopt;
  u32 met = 0;
  for (unsigned i = 0; i < 4; ++i) {
    const bool enabled = state.dr[7] >> (2 * i) & 3, executes = !(state.dr[7] >> (16 + 4 * i) & 3);
    if (enabled && executes && state.dr[i] == code_address()) met |= 1u << i;
  }
  state.dr[6] |= met;
  if (!met) return std::nullopt;
  return Trap{kDb, false, 0, 0, Trap::Kind::kException, 0};
}

// --- stepping ---

Step Cpu::step(bool sensitive_seen) {
  if (interrupt_due()) return trapped(due_event(), kIllegalRow, false);
  if (state.halted) return {Step::Kind::kHalted, kIllegalRow, {}, false, false};
  if (const auto trap = instruction_breakpoint()) return trapped(*trap, kIllegalRow, true);
  Instruction instruction;
  if (const auto trap = fetch_instruction(instruction)) return trapped(*trap, kIllegalRow, true);
  const bool hole = instruction.row < kRowCount && state.cpl != 0 && is_hole(kRows[instruction.row]);
  if (hole && trap_to == cpu::TrapTo::kVmm && !sensitive_seen)
    return {Step::Kind::kSensitive, instruction.row, {}, false, false};
  return execute(instruction);
}

namespace {

// Whether REP has another iteration, after one that left the flags as they are (SDM volume 2, REP).
bool goes_on(const Instruction& i, u32 left, u32 eflags) {
  if (left == 0) return false;
  if (i.row != row_of("scas") && i.row != row_of("cmps")) return true;
  return ((eflags & flag::kZf) != 0) == (i.rep == Rep::kRepe);
}

// One iteration; true if EIP stays.
template <class V>
bool iterate(V& view, const Instruction& i) {
  const u32 mask = rows::address_mask(i);
  const u32 count = view.r(kEcx) & mask;
  if (count == 0) return false;
  execute_meaning(view, i);
  view.set_r(kEcx, (view.r(kEcx) & ~mask) | (count - 1));
  if (!goes_on(i, count - 1, view.eflags())) return false;
  view.stay();
  return true;
}

template <class V>
bool run(V& view, const Instruction& i, Model generation) {
  if (i.row == kTooLongRow) return view.fault(kGp, 0), false;
  if (i.row >= kRowCount || kRows[i.row].since > generation) return view.undefined(), false;
  if (i.rep != Rep::kNone) return iterate(view, i);
  execute_meaning(view, i);
  return false;
}

// Whether a jump to its own address leaves all that its next execution depends on as it was.
constexpr bool repeats_itself(unsigned row) {
  if (row >= kRowCount) return false;
  const bool counts = kRows[row].name.starts_with("loop");
  return row == row_of("jmp") || (kRows[row].kind == Kind::kBranch && !counts);
}

}  // namespace

Step Cpu::execute(const Instruction& instruction) {
  accesses_ = {};
  Hardware hardware(*this);
  View<Hardware> view(state, hardware, model_);
  const Account payer = account();
  const bool single_step = state.eflags & flag::kTf;
  const u32 here = state.eip;
  view.begin(instruction);
  const bool iterates = run(view, instruction, model_.generation);
  if (const auto& trap = view.finish()) return trapped(*trap, instruction.row, true);
  state.pending_debug |= view.breakpoints_met();
  if (single_step && state.shadow != Shadow::kByMovSs) state.pending_debug |= debug::kStep;
  if (effects_) record_registers(view.registers_before());
  Step step = completed(instruction, payer, iterates);
  step.for_ever = state.eip == here && !single_step && repeats_itself(instruction.row);
  return step;
}

Step Cpu::completed(const Instruction& instruction, Account payer, bool iterates) {
  charge(payer, instruction.row);
  if (iterates) return {Step::Kind::kIterated, instruction.row, {}, false, false};
  ++direct;
  ++clock_->instructions;
  return {Step::Kind::kCompleted, instruction.row, {}, false, false};
}

void Cpu::record_registers(const std::array<u32, kGprs>& before) {
  for (unsigned i = 0; i < kGprs; ++i)
    if (state.r[i] != before[i]) effects_->registers.push_back({static_cast<u8>(i), before[i], state.r[i]});
}

namespace {

// What an instruction costs beside `insn` and its accesses, or nothing. Invalidations have paid by the translations
// they dropped, HLT pays by waiting, traps pay as traps.
constexpr std::optional<Param> extra_of(unsigned row) {
  switch (kRows[row].kind) {
    case Kind::kMultiply: return Param::kMultiply;
    case Kind::kDivide: return Param::kDivide;
    case Kind::kIndirectJump: return Param::kIndirectJump;
    default: break;
  }
  for (const auto* name :
       {"pushf", "popf", "cli", "sti", "sgdt", "sidt", "lgdt", "lidt", "sldt", "str", "lldt", "ltr", "smsw", "lmsw",
        "clts", "mov_from_cr", "mov_to_cr", "mov_from_dr", "mov_to_dr", "rdtsc", "rdmsr", "wrmsr"})
    if (kRows[row].name == name) return Param::kSystemRegister;
  return std::nullopt;
}

constexpr auto kExtras = [] {
  std::array<std::optional<Param>, kRowCount> extras{};
  for (unsigned row = 0; row < kRowCount; ++row) extras[row] = extra_of(row);
  return extras;
}();

}  // namespace

// An instruction pays for itself when it completes; one that traps pays the trap.
void Cpu::charge(Account payer, unsigned row) {
  ledger_.charge(payer, Param::kInsn);
  if (const auto extra = kExtras[row]) ledger_.charge(payer, *extra);
  if (row == row_of("iret") || row == row_of("sysexit"))
    ledger_.charge(Account::kHardware, Param::kTrapReturn);
  if (row == row_of("sysenter")) ledger_.charge(Account::kHardware, Param::kTrapSyscall);
  if (accesses_.data) ledger_.charge(payer, Param::kDataAccess, accesses_.data);
  if (accesses_.device) ledger_.charge(payer, Param::kDeviceAccess, accesses_.device);
  if (accesses_.misaligned) ledger_.charge(payer, Param::kMisaligned, accesses_.misaligned);
}

Param price_of(const Trap& trap) {
  switch (trap.kind) {
    case Trap::Kind::kException: return Param::kTrapFault;
    case Trap::Kind::kSoftware: return Param::kTrapSyscall;
    default: return Param::kTrapInterrupt;
  }
}

Step Cpu::trapped(const Trap& trap, unsigned row, bool by_instruction) {
  ledger_.charge(Account::kHardware, price_of(trap));
  fetch_.valid = false;
  state.halted = false;
  state.shadow = Shadow::kNone;
  Step step{Step::Kind::kTrapped, row, trap, false, false};
  if (trap_to == cpu::TrapTo::kVmm) return step;
  direct += by_instruction;
  clock_->instructions += by_instruction;
  Hardware hardware(*this);
  step.triple_fault = !View<Hardware>(state, hardware, model_).deliver(trap);
  return step;
}

}  // namespace ringside::x86
