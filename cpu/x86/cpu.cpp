#include "cpu/x86/cpu.hpp"

#include "cpu/x86/execute.hpp"
#include "cpu/x86/hardware.hpp"

namespace ringside::x86 {

using cost::Account;
using cost::Param;

Cpu::Cpu(u32 number, const CpuModel& model, mmu::Memory& memory, cost::Ledger& ledger,
         cpu::Clock& clock, Bus& bus)
    : number_(number),
      model_(model),
      mmu_(memory, ledger),
      ledger_(ledger),
      clock_(&clock),
      bus_(bus) {
  if (number != 0) state.apic_base &= ~u64{msr::kApicBoot};
}

// The other world's translations are none of this one's; VPIDs tell them apart.
void Cpu::bring_back(const Loaded& world, cpu::Clock& clock) {
  state = world.state;
  trap_to = world.trap_to;
  direct = world.direct;
  intr_line = world.intr_line;
  nmi_line = world.nmi_line;
  clock_ = &clock;
  fetch_.valid = false;
  non_root = world.non_root;
  monitor_tables = world.monitor_tables;
  units = world.units;
  undelivered = world.undelivered;
  mmu_.nested = world.nested;
  if (world.vpid == 0 || mmu_.tlb.vmid() == 0) mmu_.tlb.drop_all_vms();
  mmu_.tlb.set_vmid(world.vpid);
  mmu_.caches.clear();
}

Account Cpu::account() const {
  return state.user() ? Account::kGuestUser : Account::kGuestKernel;
}

// --- fetching ---

namespace {

constexpr Trap fault_with_code(Vector vector, u32 code) {
  return {vector, true, code, 0, Trap::Kind::kException, 0};
}

}  // namespace

std::optional<Trap> Cpu::look_up_fetch(u32 linear) {
  const Translation found = mmu_.translate(paging_context(), linear, Access::kFetch);
  if (const auto trap = fault_of(found, linear)) return trap;
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
  if (ram)
    std::copy_n(mmu_.memory().at(from), count, to);
  else
    std::fill_n(to, count, u8{0xff});
}

// The bytes at EIP, as far as CS and the page reach. Only an instruction that goes on behind the
// page looks the next one up.
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
    report_fetch(*audit, {linear}, at, std::min<u32>(instruction.length, count));
  if (instruction.row != kTooShortRow) return std::nullopt;
  return fault_with_code(kGp, 0);  // it goes on behind the limit of CS
}

void Cpu::report_fetch(mmu::Audit& audit, Gva linear, Hpa at, u32 bytes) const {
  audit.translated(!state.user(), linear, Access::kFetch, at);
  audit.accessed(mmu::Agent::kGuest, at, bytes, Access::kFetch);
}

std::optional<Trap> Cpu::fetch_across(u32 linear, u32 count, CodeSize size,
                                      Instruction& instruction) {
  const u32 here = kPageSize - (linear & kPageMask);
  const Translation next = mmu_.translate(paging_context(), linear + here, Access::kFetch);
  if (const auto trap = fault_of(next, linear + here)) return trap;
  std::array<u8, kMaxLength> bytes;
  copy_code(fetch_.base + (linear & kPageMask), here, bytes.data());
  copy_code(next.hpa, count - here, bytes.data() + here);
  instruction = decode({bytes.data(), count}, size);
  if (auto* audit = mmu_.memory().audit(); audit && instruction.length > here)
    report_fetch(*audit, {linear + here}, next.hpa, instruction.length - here);
  return std::nullopt;
}

// --- what comes between two instructions ---

// In the order of SDM volume 3, table 6-2: debug traps of the instruction before, NMI, interrupts.
Trap Cpu::due_event() {
  if (debug_trap_due()) {
    state.dr[6] |= std::exchange(state.pending_debug, 0);
    return {kDb, false, 0, 0, Trap::Kind::kException, 0, true};
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
  shadow_before_ = state.shadow;
  if (non_root.active || non_root.left_at_entry) {
    if (non_root_event_due()) return non_root_event();
    non_root.begin(state);
  } else if (interrupt_due()) {
    return trapped(due_event(), kIllegalRow, false);
  }
  if (state.halted) return {Step::Kind::kHalted, kIllegalRow, {}, false, false};
  if (const auto trap = instruction_breakpoint()) return trapped(*trap, kIllegalRow, true);
  if (units.cache) return step_unit();
  Instruction instruction;
  if (const auto trap = fetch_instruction(instruction)) return trapped(*trap, kIllegalRow, true);
  const bool hole =
      instruction.row < kRowCount && state.cpl != 0 && is_hole(kRows[instruction.row]);
  if (hole && trap_to == cpu::TrapTo::kVmm && !sensitive_seen)
    return {Step::Kind::kSensitive, instruction.row, {}, false, false};
  return execute(instruction);
}

namespace {

// Whether a jump to its own address leaves all that its next execution depends on as it was.
constexpr bool repeats_itself(unsigned row) {
  if (row >= kRowCount) return false;
  const bool counts = kRows[row].name.starts_with("loop");
  return row == row_of("jmp") || (kRows[row].kind == Kind::kBranch && !counts);
}

}  // namespace

Step Cpu::execute(const Instruction& instruction) {
  if (non_root.active)
    if (const auto left = exit_before(instruction)) return *left;
  accesses_ = {};
  Hardware hardware(*this);
  View<Hardware> view(state, hardware, model_);
  const Account payer = account();
  const bool single_step = state.eflags & flag::kTf;
  const u32 here = state.eip;
  view.begin(instruction);
  const bool iterates = [&] {
    if (!non_root.masks(instruction)) return execute_once(view, instruction, model_.generation);
    const Unmasked visible(*this);
    return execute_once(view, instruction, model_.generation);
  }();
  if (const auto& trap = view.finish()) return trapped(*trap, instruction.row, true);
  state.pending_debug |= view.breakpoints_met();
  if (single_step && state.shadow != Shadow::kByMovSs) state.pending_debug |= debug::kStep;
  if (effects_) record_registers(view.registers_before());
  Step step = completed(instruction, payer, iterates);
  step.for_ever = state.eip == here && !single_step && repeats_itself(instruction.row);
  return step;
}

// --- translated code ---

// Where the guest's code lies decides which of it runs.
std::optional<Trap> Cpu::fetch_operation() {
  if (state.eip > state.segment(Seg::kCs).limit) return fault_with_code(kGp, 0);
  return fetch_known(code_address()) ? std::nullopt : look_up_fetch(code_address());
}

// What is not done here is for the VMM, or for code of its making that works on virtual registers. A computed
// jump finds its target's translation first.
Step Cpu::step_unit() {
  if (const auto trap = fetch_operation()) return trapped(*trap, kIllegalRow, true);
  const TcOp* op = operation();
  if (!op) return {Step::Kind::kLeaves, kIllegalRow, {}, false, false};
  const u32 behind = op->insn.length == 0 ? 0 : op->insn.length - 1u;
  if (state.segment(Seg::kCs).limit - state.eip < behind) return trapped(fault_with_code(kGp, 0), kIllegalRow, true);
  if (!op->is_executed()) return {Step::Kind::kLeaves, op->insn.row, {}, false, false};
  const bool hashed = op->kind == cpu::OpKind::kHashedJump;
  const Step step = execute(op->insn);
  if (hashed && step.kind == Step::Kind::kCompleted) ledger_.charge(Account::kTranslation, Param::kTcHash);
  return step;
}

// Segments' bases and paging are those of the CPU: the registers lend their selectors, flags and privilege.
Step Cpu::execute_on(State& registers, const Instruction& instruction) {
  accesses_ = {};
  shadow_before_ = state.shadow;
  Hardware hardware(*this);
  View<Hardware> view(registers, hardware, model_);
  const bool single_step = registers.eflags & flag::kTf;
  view.begin(instruction);
  execute_once(view, instruction, model_.generation);
  if (const auto& trap = view.finish()) return trapped(*trap, instruction.row, true);
  if (accesses_.data) ledger_.charge(account(), Param::kDataAccess, accesses_.data);
  if (accesses_.misaligned) ledger_.charge(account(), Param::kMisaligned, accesses_.misaligned);
  registers.pending_debug |= view.breakpoints_met();
  if (single_step && registers.shadow != Shadow::kByMovSs) registers.pending_debug |= debug::kStep;
  if (effects_)
    for (unsigned i = 0; i < kGprs; ++i)
      if (registers.r[i] != state.r[i])
        effects_->registers.push_back({static_cast<u8>(i), state.r[i], registers.r[i]});
  return {Step::Kind::kCompleted, instruction.row, {}, false, false};
}

Step Cpu::completed(const Instruction& instruction, Account payer, bool iterates) {
  charge(payer, instruction.row);
  if (iterates) return {Step::Kind::kIterated, instruction.row, {}, false, false};
  ++(units.cache ? *units.executed : direct);
  ++clock_->instructions;
  return {Step::Kind::kCompleted, instruction.row, {}, false, false};
}

void Cpu::record_registers(const std::array<u32, kGprs>& before) {
  for (unsigned i = 0; i < kGprs; ++i)
    if (state.r[i] != before[i])
      effects_->registers.push_back({static_cast<u8>(i), before[i], state.r[i]});
}

namespace {

// What an instruction costs beside `insn` and its accesses, or nothing. Invalidations have paid by
// the translations they dropped, HLT pays by waiting, traps pay as traps.
constexpr std::optional<Param> extra_of(unsigned row) {
  switch (kRows[row].kind) {
    case Kind::kMultiply:
      return Param::kMultiply;
    case Kind::kDivide:
      return Param::kDivide;
    case Kind::kIndirectJump:
      return Param::kIndirectJump;
    default:
      break;
  }
  for (const auto* name :
       {"pushf",     "popf",        "cli",       "sti",   "sgdt",  "sidt", "lgdt", "lidt",
        "sldt",      "str",         "lldt",      "ltr",   "smsw",  "lmsw", "clts", "mov_from_cr",
        "mov_to_cr", "mov_from_dr", "mov_to_dr", "rdtsc", "rdmsr", "wrmsr"})
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
    case Trap::Kind::kException:
      return Param::kTrapFault;
    case Trap::Kind::kSoftware:
    case Trap::Kind::kPrivileged:
      return Param::kTrapSyscall;
    default:
      return Param::kTrapInterrupt;
  }
}

// Rows of which other CPUs make something else than #UD.
bool Cpu::leaves_out(unsigned row) const {
  if (row < kRowCount) return row == row_of("escape") || kRows[row].since > model_.generation;
  return row == kLeftOutRow;
}

void Cpu::refuse(std::optional<LeftOut> feature) {
  const bool big = state.segment(Seg::kCs).big();
  refused_ = Refused{code_address(), state.eip, big ? CodeSize::kBits32 : CodeSize::kBits16, feature};
}

// A trap that a VMM asked for leaves to it; others go through the guest's IDT.
Step Cpu::trapped(const Trap& trap, unsigned row, bool by_instruction) {
  if (by_instruction && trap.vector == kUd && leaves_out(row)) refuse(std::nullopt);
  if (non_root.active && exits(trap)) return leave_by(trap, row, std::nullopt);
  ledger_.charge(Account::kHardware, price_of(trap));
  fetch_.valid = false;
  state.halted = false;
  state.shadow = trap_to == cpu::TrapTo::kVmm ? shadow_before_ : Shadow::kNone;
  if (trap_to == cpu::TrapTo::kVmm) return {Step::Kind::kTrapped, row, trap, false, false};
  direct += by_instruction;
  clock_->instructions += by_instruction;
  const u32 at = code_address();
  Step step = deliver(trap, row);
  step.pc = at;
  return step;
}

// In non-root operation a fault in the delivery may be the VMM's, and a CPU that shuts down leaves.
Step Cpu::deliver(const Trap& trap, unsigned row) {
  Hardware hardware(*this);
  View<Hardware> view(state, hardware, model_);
  const Delivery done =
      view.deliver(trap, [&](const Trap& fault) { return non_root.active && exits(fault); });
  if (done.end == Delivery::kLeft) return leave_by(*view.trap(), row, done.event);
  if (done.end == Delivery::kEntered) return {Step::Kind::kTrapped, row, trap, false, false};
  undelivered = done.chain;
  if (non_root.active) return leave(exit_for(ExitReason::kTripleFault));
  return {Step::Kind::kTrapped, row, trap, false, true};
}

}  // namespace ringside::x86
