// What a Vm offers to a VMM that translates (vmm/vm.hpp).
#include "vmm/virtual_environment.hpp"
#include "vmm/vm.hpp"

namespace ringside::vmm {

using cost::Account;
using cost::Param;

void Vm::run_translated(bool user_too, u32 capacity) {
  run_deprivileged();
  s_.code.cache = cpu::TranslationCache(capacity);
  s_.code.kernel = true;
  s_.code.user = user_too;
  choose_code();
}

// Whether the CPU runs translated code in the virtual mode that the guest is entered in. Both modes share the
// fast engine's tags of translated pages.
void Vm::choose_code() {
  const bool translated = s_.code.translates(host_.cpu.guest_kernel);
  host_.cpu.units = translated ? cpu::Units{&s_.code.cache, &s_.counts.translated} : cpu::Units{};
  if (s_.code.user) host_.cpu.mmu().tlb.drop_tags();
}

cpu::CodeKey Vm::code_key(u32 pc) const {
  return {host_.cpu.fetch().base, pc & ~kPageMask, host_.cpu.guest_kernel};
}

Gpa Vm::code_page() {
  work(Param::kVmmReference, mmu::ptbr::levels(host_.cpu.state.control(Cr::kPtbr)));
  return {host_.cpu.fetch().base.v - ram_host_.v + kRamBase};
}

Emulated Vm::emulate_called(const CallOut& call) {
  called_out_ = true;
  accept_interrupts();  // the instruction may read IPEND
  if (call.continued) work(Param::kCalloutJoin);
  return emulate(call.word, false, false);
}

bool Vm::changes_mode_or_paging(const zisa::Decoded& decoded, const ArchState& now) const {
  using namespace zisa::sr;
  if (decoded.row != zisa::row_of("write_sr") || !now.supervisor()) return false;
  return (now.sr ^ now.x[decoded.operands.rs1]) & (kMode | kPg);
}

InCache Vm::run_in_cache() {
  const u32 word = host_.cpu.operation()->insn;
  const zisa::Decoded decoded = zisa::decode(word);
  ArchState& virt = s_.vcpu.virt;
  ArchState& real = host_.cpu.state;
  const ArchState now = guest_state();
  if (changes_mode_or_paging(decoded, now)) return InCache::kBeyond;
  virt = now;
  apply_to_ideal(word, now);
  VirtualEnvironment environment(*this);
  cpu::View<VirtualEnvironment> view(virt, environment);
  view.execute(decoded, variant());  // what may trap is not done in the cache
  host_.cpu.note_register(decoded.operands.rd, virt.x[decoded.operands.rd]);
  real.x = virt.x;
  real.pc = virt.pc;
  real.sr = (real.sr & ~zisa::sr::kFlags) | (virt.sr & zisa::sr::kFlags);
  charge_in_cache(decoded.row);
  ++s_.counts.translated;
  ++host_.clock.instructions;
  const bool due = cpu::enabled_pending(virt) != 0 && cpu::interrupts_enabled(virt);
  return due ? InCache::kEventDue : InCache::kDone;
}

// A register read or written is one access to its virtual one. WRITE_SR loads the old value, tests what
// changed, stores, and tests for events that wait: six instructions, two accesses. RDCYC runs as it stands and
// adds an offset from memory.
void Vm::charge_in_cache(unsigned row) {
  using zisa::row_of;
  u64 instructions = 1, accesses = 1;
  if (row == row_of("write_sr")) instructions = 6, accesses = 2;
  if (row == row_of("rdcyc") || row == row_of("rdcych")) {
    host_.ledger.charge(host_.cpu.account(), Param::kInsn);
    host_.ledger.charge(host_.cpu.account(), Param::kSystemRegister);
    instructions = 2;
  }
  host_.ledger.charge(Account::kTranslation, Param::kInsn, instructions);
  host_.ledger.charge(Account::kTranslation, Param::kDataAccess, accesses);
}

}  // namespace ringside::vmm
