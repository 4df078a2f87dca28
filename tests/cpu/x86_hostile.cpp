// Whatever a guest executes in whatever state: the host survives, the rules of the state hold, and the same comes out
// twice.
#include "cpu/x86_machine.hpp"
#include "support/dice.hpp"

using namespace ringside;
using namespace ringside::test::x86;
using ringside::test::Dice;

namespace {

// Addresses near what matters: tables, code, the ends of RAM and of the address space.
u32 some_address(Dice& dice) {
  const u32 kNear[] = {0, kGdt, kIdt, kTss, kCode, kStack, 0x5000, 0x6000, 0xfffff, 0xfee00000, 0xffffffff};
  return kNear[dice.below(11)] + dice.below(64) - 32;
}

void shuffle(TestMachine& m, Dice& dice) {
  State& s = m.cpu.state;
  for (u32& each : s.r) each = some_address(dice);
  for (u32 at = kGdt; at < kGdt + kGdtLimit; at += 4)
    if (dice.below(4) == 0) m.put(at + 4, dice.word());
  for (u32 vector = 0; vector < 256; ++vector)
    if (dice.below(8) == 0) m.put64(kIdt + 8 * vector, u64{dice.word()} << 32 | dice.word());
  m.put(0x5000, 0x6000 | 7);
  for (u32 page = 0; page < 256; ++page) m.put(0x6000 + 4 * page, page << 12 | (dice.below(16) ? 7 : dice.word()));
  s.cr3 = dice.below(8) ? 0x5000 : dice.word();
  if (dice.below(2)) s.cr0 |= cr0::kPg;
  if (dice.below(4) == 0) s.cr4 = m.cpu.model().cr4();
  if (dice.below(4) == 0) s.dr[7] = dice.word() | 0x400, s.dr[0] = kCode + dice.below(16);
  m.enter(dice.below(4));
  s.eflags = flag::kOne | (dice.word() & flag::kAll & ~flag::kVm);
  if (dice.below(8) == 0) s.cr0 &= ~(cr0::kPe | cr0::kPg), s.cpl = 0;
  if (dice.below(4) == 0) s.segment(static_cast<Seg>(dice.below(6))).limit = dice.word();
  if (dice.below(8) == 0) s.segment(Seg::kSs).access &= ~rights::kBig;
  s.idtr.limit = dice.below(8) ? 0x7ff : dice.below(0x800);
  m.cpu.intr_line = dice.below(8) == 0, m.cpu.nmi_line = dice.below(16) == 0;
  for (u32 i = 0; i < 64; ++i) m.memory.write<u8>({kCode + i}, static_cast<u8>(dice.word()));
  m.cpu.mmu().tlb.drop_all();
  m.cpu.entered();
}

void check_rules(const State& s) {
  REQUIRE((s.eflags & (flag::kAll | flag::kOne)) == s.eflags);
  REQUIRE((s.eflags & flag::kOne) != 0);
  REQUIRE((s.cr0 & cr0::kEt) != 0);
  REQUIRE(s.cpl <= 3);
  if (s.cr0 & cr0::kPe) REQUIRE(s.segment(Seg::kCs).usable());
}

u64 life(u32 seed, bool vmm) {
  Dice dice(seed);
  TestMachine m;
  shuffle(m, dice);
  if (vmm) m.cpu.trap_to = cpu::TrapTo::kVmm;
  for (int i = 0; i < 40; ++i) {
    const State before = m.cpu.state;
    const Step step = m.cpu.step(true);
    check_rules(m.cpu.state);
    const bool held = vmm && step.kind == Step::Kind::kTrapped && step.trap.kind == Trap::Kind::kException;
    if (held) {
      REQUIRE(m.cpu.state.r == before.r);
      REQUIRE(m.cpu.state.eip == before.eip);
      REQUIRE(m.cpu.state.eflags == before.eflags);
      REQUIRE(m.cpu.state.seg == before.seg);
    }
    if (held || step.triple_fault || step.kind == Step::Kind::kHalted) break;
  }
  return hash_mix(hash_state(m.cpu.state), m.ledger.clock());
}

}  // namespace

TEST_CASE("x86 hostile: random code in random states") {
  for (u32 seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    const bool vmm = seed & 1;
    const u64 hash = life(seed, vmm);
    if (seed % 16 == 0) REQUIRE(life(seed, vmm) == hash);
  }
}
