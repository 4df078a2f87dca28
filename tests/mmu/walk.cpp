// Page walks of all shapes against the reference.
#include <cstring>

#include "catch.hpp"
#include "reference.hpp"
#include "support/dice.hpp"

using namespace ringside;
using namespace ringside::mmu;
using namespace ringside::test;

namespace {

constexpr u64 kBase = 0x80000000, kSize = 1u << 17;
constexpr u64 kFirst = kBase >> kPageShift;  ///< number of the first frame

struct Machine {
  cost::Ledger ledger{*cost::preset("textbook")};
  Memory memory{{kBase}, kSize};
  Mmu mmu{memory, ledger};
};

// An entry that leads somewhere more often than not: pointers to tables, leaves, and oddities.
u32 random_entry(Dice& dice, bool last) {
  const u64 frame = kFirst + dice.below(kSize >> kPageShift);
  const u32 flags = dice.word() & pte::kFlags;
  const u32 d = dice.below(100);
  if (d < 5) return dice.word();
  if (d < 8) return pte::make(dice.word() & 0x3fffff, flags | pte::kV);
  if (!last && d < 75)
    return pte::make(frame, pte::kV | (flags & (pte::kU | pte::kG | pte::kA | pte::kD)));
  if (!last) return pte::make(frame & ~u64{0x3ff}, flags | pte::kV);
  return pte::make(frame, flags | pte::kV | (dice.chance(80) ? pte::kR : 0));
}

void random_memory(Dice& dice, Memory& memory, bool last) {
  for (u64 at = kBase; at < kBase + kSize; at += 4)
    memory.write<u32>({at}, random_entry(dice, last));
}

u32 random_ptbr(Dice& dice) {
  const u64 frame =
      dice.chance(97) ? kFirst + dice.below(kSize >> kPageShift) : dice.word() & 0x3fffff;
  return static_cast<u32>(frame) | dice.below(6) << 29;
}

// Low ones more often: a table of one level has only those in so little RAM.
u32 random_address(Dice& dice) {
  return dice.chance(50) ? dice.word() : dice.word() >> 5;
}

Fault expected_fault(const ReferenceWalk& walk) {
  using R = ReferenceWalk::Result;
  return walk.result == R::kMapped      ? Fault::kNone
         : walk.result == R::kPageFault ? Fault::kPage
                                        : Fault::kAccess;
}

}  // namespace

TEST_CASE("walks of all shapes over random tables are those of the reference") {
  Dice dice(1);
  std::array<std::array<u64, 6>, 3> seen{};
  for (int round = 0; round < 12; ++round) {
    Machine m;
    random_memory(dice, m.memory, round % 3 == 0);
    for (int i = 0; i < 1500; ++i) {
      const u32 ptbr_value = random_ptbr(dice), gva = random_address(dice);
      const bool supervisor = dice.chance(50);
      const auto access = static_cast<Access>(dice.below(3));
      const ReferenceWalk expected = reference_walk(m.memory, ptbr_value, gva, supervisor, access);
      const std::vector<u8> before(m.memory.at({kBase}), m.memory.at({kBase}) + kSize);
      const u64 charged = m.ledger.count(cost::Account::kPageWalk, cost::Param::kWalkReference);
      m.mmu.tlb.drop_all();
      const Translation found = m.mmu.translate({ptbr_value, true, supervisor}, {gva}, access);

      INFO("ptbr " << ptbr_value << " gva " << gva << " supervisor " << supervisor);
      REQUIRE(found.fault == expected_fault(expected));
      REQUIRE(m.ledger.count(cost::Account::kPageWalk, cost::Param::kWalkReference) - charged ==
              expected.references);
      ++seen[static_cast<unsigned>(found.fault)][ptbr_value >> 29];
      if (found.fault != Fault::kNone) {
        REQUIRE(std::memcmp(before.data(), m.memory.at({kBase}), kSize) == 0);
        REQUIRE(m.mmu.tlb.find({gva}) == nullptr);
        continue;
      }
      REQUIRE(found.hpa.v == expected.address);
      REQUIRE(m.memory.read<u32>({expected.leaf_at}) == expected.leaf_after);
      m.memory.write<u32>({expected.leaf_at}, load_le<u32>(&before[expected.leaf_at - kBase]));
      REQUIRE(std::memcmp(before.data(), m.memory.at({kBase}), kSize) == 0);
    }
  }
  for (unsigned shape = 0; shape < 6; ++shape) {
    INFO("shape " << shape);
    CHECK(seen[0][shape] > 20);
    CHECK(seen[1][shape] > 20);
    CHECK(seen[2][shape] > 20);
  }
}

TEST_CASE("PROBE answers what accesses may do, and leaves no trace") {
  Dice dice(2);
  for (int round = 0; round < 6; ++round) {
    Machine m;
    random_memory(dice, m.memory, round % 2 == 0);
    const std::vector<u8> before(m.memory.at({kBase}), m.memory.at({kBase}) + kSize);
    for (int i = 0; i < 1000; ++i) {
      const u32 ptbr_value = random_ptbr(dice), gva = random_address(dice);
      const bool supervisor = dice.chance(50);
      u32 expected = 0;
      for (const Access access : {Access::kLoad, Access::kStore, Access::kFetch}) {
        const auto walk = reference_walk(m.memory, ptbr_value, gva, supervisor, access);
        const u32 bit_of = access == Access::kLoad ? 1 : access == Access::kStore ? 2 : 4;
        if (walk.result == ReferenceWalk::Result::kMapped) expected |= bit_of;
      }
      REQUIRE(m.mmu.probe({ptbr_value, true, supervisor}, {gva}) == expected);
      REQUIRE(m.mmu.tlb.find({gva}) == nullptr);
    }
    CHECK(std::memcmp(before.data(), m.memory.at({kBase}), kSize) == 0);
    CHECK(m.mmu.tlb.counts == TlbCounts{});
  }
}

// The reference and the walker could be wrong together: some walks by hand.
TEST_CASE("walks by hand") {
  Machine m;
  const auto set = [&](u64 at, u32 entry) { m.memory.write<u32>({at}, entry); };
  const auto go = [&](u32 ptbr_value, u32 gva, Access access, bool supervisor = true) {
    m.mmu.tlb.drop_all();
    return m.mmu.translate({ptbr_value, true, supervisor}, {gva}, access);
  };
  using namespace pte;

  SECTION("Z2, two levels and superpages") {
    set(0x80001000 + 4 * 1, make(0x80002, kV));
    set(0x80002000 + 4 * 3, make(0x12345, kV | kR));
    CHECK(go(0x80001, 0x00403abc, Access::kLoad).hpa.v == 0x12345abc);
    CHECK(m.memory.read<u32>({0x8000200c}) == make(0x12345, kV | kR | kA));
    CHECK(go(0x40080001, 0x00403abc, Access::kLoad).hpa.v == 0x12345abc);
    CHECK(go(0x80001, 0x00403abc, Access::kStore).fault == Fault::kPage);
    CHECK(go(0x80001, 0x00403abc, Access::kFetch).fault == Fault::kPage);
    CHECK(go(0x80001, 0x00403abc, Access::kLoad, false).fault == Fault::kPage);
    set(0x80001000 + 4 * 2, make(0x3ffc00, kV | kR | kW | kU));
    CHECK(go(0x80001, 0x00812345, Access::kStore, false).hpa.v == 0x3ffc12345);
    CHECK(m.memory.read<u32>({0x80001008}) == make(0x3ffc00, kV | kR | kW | kU | kA | kD));
    set(0x80001000 + 4 * 2, make(0x3ffc01, kV | kR | kW | kU));
    CHECK(go(0x80001, 0x00812345, Access::kLoad).fault == Fault::kPage);
  }
  SECTION("W without R, as a leaf and in the way") {
    set(0x80001000 + 4 * 1, make(0x80002, kV));
    set(0x80002000, make(0x80003, kV | kW | kU));
    CHECK(go(0x80001, 0x00400000, Access::kStore).fault == Fault::kPage);
    set(0x80002000, make(0x80003, kV | kW | kX | kU));
    CHECK(go(0x80001, 0x00400000, Access::kFetch, false).fault == Fault::kPage);
    set(0x80001000 + 4 * 1, make(0x80002, kV | kW));
    set(0x80002000, make(0x80003, kV | kR));
    CHECK(go(0x80001, 0x00400000, Access::kLoad).fault == Fault::kPage);
  }
  SECTION("a pointer at the last level, tables outside RAM, an entry that is not valid") {
    set(0x80001000 + 4 * 1, make(0x80002, kV));
    set(0x80002000, make(0x80003, kV));
    CHECK(go(0x80001, 0x00400000, Access::kLoad).fault == Fault::kPage);
    set(0x80001000 + 4 * 1, make(0x80100, kV));
    CHECK(go(0x80001, 0x00400000, Access::kLoad).fault == Fault::kAccess);
    CHECK(go(0x10000, 0x00400000, Access::kLoad).fault == Fault::kAccess);
    CHECK(go(0x80001, 0x00800000, Access::kLoad).fault == Fault::kPage);
  }
  SECTION("Z3 to Z5: the index bits, and no superpages") {
    set(0x80001000 + 4 * 0x55, make(0x80002, kV));    // 7 bits
    set(0x80002000 + 4 * 0x2a, make(0x80003, kV));    // 7
    set(0x80003000 + 4 * 0x3f, make(0x77, kV | kR));  // 6
    const u32 z3 = 0x55u << 25 | 0x2au << 18 | 0x3fu << 12 | 0xfff;
    CHECK(go(0x60080001, z3, Access::kLoad).hpa.v == 0x77fff);
    set(0x80002000 + 4 * 0x2a, make(0x80000, kV | kR));
    CHECK(go(0x60080001, z3, Access::kLoad).fault == Fault::kPage);

    set(0x80004000 + 4 * 0x1f, make(0x80005, kV));  // 5 bits each
    set(0x80005000 + 4 * 0x01, make(0x80006, kV));
    set(0x80006000 + 4 * 0x10, make(0x80007, kV));
    set(0x80007000 + 4 * 0x0a, make(0x88, kV | kX | kU));
    const u32 z4 = 0x1fu << 27 | 0x01u << 22 | 0x10u << 17 | 0x0au << 12;
    CHECK(go(0x80080004, z4, Access::kFetch, false).hpa.v == 0x88000);
    CHECK(go(0x80080004, z4, Access::kFetch, true).fault == Fault::kPage);

    set(0x80008000 + 4 * 0xf, make(0x80009, kV));  // 4 bits each
    set(0x80009000 + 4 * 0x1, make(0x8000a, kV));
    set(0x8000a000 + 4 * 0x2, make(0x8000b, kV));
    set(0x8000b000 + 4 * 0x4, make(0x8000c, kV));
    set(0x8000c000 + 4 * 0x8, make(0x99, kV | kR));
    const u64 before = m.ledger.count(cost::Param::kWalkReference);
    CHECK(go(0xa0080008, 0xf1248123, Access::kLoad).hpa.v == 0x99123);
    CHECK(m.ledger.count(cost::Param::kWalkReference) - before == 5);
  }
  SECTION("Z1: one table of 4 MiB, aligned to its size") {
    set(0x80000000 + 4 * 0x00041, make(0x66, kV | kR));
    CHECK(go(0x20080000, 0x00041234, Access::kLoad).hpa.v == 0x66234);
    CHECK(go(0x200803ff, 0x00041234, Access::kLoad).hpa.v == 0x66234);
    CHECK(go(0x20080000, 0x80000000, Access::kLoad).fault == Fault::kAccess);
  }
}
