// What a Vm of x86 offers to a VMM that translates (vmm/x86/vm.hpp).
#include "vmm/x86/descriptors.hpp"
#include "vmm/x86/vm.hpp"

namespace ringside::x86 {

using cost::Account;
using cost::Param;

namespace {
// Of the shadow's tables.
constexpr unsigned kLevels = 2;
}  // namespace

void Vm::run_translated(bool user_too, u32 capacity) {
  run_deprivileged();
  s_.code.cache = TranslationCache(capacity);
  s_.code.kernel = true;
  s_.code.user = user_too;
}

// Ring 3 is the user's, all others are the kernel's. User code with IOPL 3 or with interrupts off would see by PUSHF that
// the real machine has neither, so it does not run directly.
bool Vm::runs_translated() const {
  const State& virt = s_.vcpu.virt;
  if (s_.code.translates(!virt.user())) return true;
  const bool unusual = !(virt.eflags & flag::kIf) || (virt.eflags & flag::kIopl) == flag::kIopl;
  return s_.code.kernel && unusual;
}

// The fast engine's tags of user pages say where their code is: in translated units or as it stands.
void Vm::choose_code() {
  const bool translated = runs_translated(), user = s_.vcpu.virt.user();
  host_.cpu.units = translated ? Units{&s_.code.cache, &s_.counts.translated} : Units{};
  if (user && std::exchange(s_.user_translated, translated) != translated) host_.cpu.mmu().tlb.drop_tags();
}

cpu::CodeKey Vm::code_key(u32 pc) const {
  const State& virt = s_.vcpu.virt;
  return {host_.cpu.fetch().base, pc & ~kPageMask, !virt.user(), virt.segment(Seg::kCs).big()};
}

Gpa Vm::code_page() {
  work(Param::kVmmReference, kLevels);
  return {host_.cpu.fetch().base.v - ram_host_.v};
}

// What goes on in the next page was not translated, and has to be looked at now.
Emulated Vm::emulate_called(const CallOut& call) {
  called_out_ = true;
  behind_call_ = guest_code_pc() + call.instruction.length;
  if (call.reason == cpu::OpReason::kCrossesPage) return emulate_one();
  accept_interrupts();
  if (call.continued) work(Param::kCalloutJoin);
  return emulate(call.instruction);
}

vmm::InCache Vm::run_in_cache() {
  const Instruction instruction = host_.cpu.operation()->insn;
  State now = guest_state();
  State& virt = s_.vcpu.virt;
  virt = now;
  const Foreseen foreseen = apply_to_ideal(instruction, now);
  trapped_in_cache_ = host_.cpu.execute_on(now, instruction);
  if (trapped_in_cache_.kind == Step::Kind::kTrapped) {
    s_.vcpu.ideal = foreseen.before;
    return vmm::InCache::kTrapped;
  }
  virt = now;
  State& real = host_.cpu.state;
  real.r = virt.r;
  real.eip = virt.eip;
  real.eflags = (virt.eflags & ~kMonitorFlags) | flag::kIf;
  real.shadow = virt.shadow;
  real.pending_debug = virt.pending_debug;
  charge_in_cache(instruction.row);
  ++s_.counts.translated;
  ++host_.clock.instructions;
  const bool due = interrupt_pending() && virt.eflags & flag::kIf && virt.shadow == Shadow::kNone;
  return due ? vmm::InCache::kEventDue : vmm::InCache::kDone;
}

// A register read or written is one access to its virtual one. What may enable interrupts tests for events that wait,
// POPF loads the old flags and merges; PUSHF merges two halves. RDTSC runs as it stands and adds an offset from memory.
void Vm::charge_in_cache(unsigned row) {
  u64 instructions = 1, accesses = 1;
  if (row == row_of("sti")) instructions = 3, accesses = 2;
  if (row == row_of("pushf")) instructions = 4;
  if (row == row_of("popf")) instructions = 6, accesses = 2;
  if (row == row_of("sgdt") || row == row_of("sidt")) instructions = accesses = 2;
  if (row == row_of("rdtsc")) {
    host_.ledger.charge(host_.cpu.account(), Param::kInsn);
    host_.ledger.charge(host_.cpu.account(), Param::kSystemRegister);
    instructions = 2;
  }
  host_.ledger.charge(Account::kTranslation, Param::kInsn, instructions);
  host_.ledger.charge(Account::kTranslation, Param::kDataAccess, accesses);
}

}  // namespace ringside::x86
