// What is cached, for how long, and what it counts.
#include "mmu/tlb.hpp"

#include "catch.hpp"
#include "mmu/mmu.hpp"

using namespace ringside;
using namespace ringside::mmu;
using namespace ringside::mmu::pte;

namespace {

constexpr u64 kBase = 0x80000000;
constexpr u32 kRoot = 0x80001, kTable = 0x80002000;

/// Maps gva page n (below 4 MiB) by the entry at kTable + 4 * n.
struct Machine {
  Machine() { memory.write<u32>({0x80001000}, make(0x80002, kV)); }
  void map(u32 page, u32 frame, u32 flags) {
    memory.write<u32>({kTable + 4 * page}, make(frame, flags));
  }
  u32 entry(u32 page) const { return memory.read<u32>({kTable + 4 * page}); }
  Translation go(u32 gva, Access access, bool supervisor = true) {
    return mmu.translate({kRoot, true, supervisor}, {gva}, access);
  }
  u64 references() const {
    return ledger.count(cost::Account::kPageWalk, cost::Param::kWalkReference);
  }

  cost::Ledger ledger{*cost::preset("textbook")};
  Memory memory{{kBase}, 1u << 20};
  Mmu mmu{memory, ledger};
};

constexpr u32 kRw = kV | kR | kW;

}  // namespace

TEST_CASE("a translation is walked once and then found") {
  Machine m;
  m.map(5, 0x80010, kRw);
  CHECK(m.go(0x5123, Access::kLoad).hpa.v == 0x80010123);
  CHECK(m.references() == 2);
  CHECK(m.mmu.tlb.counts == TlbCounts{0, 1});
  CHECK(m.go(0x5fff, Access::kLoad).hpa.v == 0x80010fff);
  CHECK(m.references() == 2);
  CHECK(m.mmu.tlb.counts == TlbCounts{1, 1});
}

TEST_CASE("a translation stays as it was until it is invalidated") {
  Machine m;
  m.map(5, 0x80010, kRw);
  m.go(0x5000, Access::kLoad);
  m.map(5, 0x80011, 0);
  CHECK(m.go(0x5000, Access::kLoad).hpa.v == 0x80010000);
  m.mmu.tlb.drop({0x6000});
  CHECK(m.go(0x5000, Access::kLoad).hpa.v == 0x80010000);
  m.mmu.tlb.drop({0x5abc});
  CHECK(m.go(0x5000, Access::kLoad).fault == Fault::kPage);
  m.map(5, 0x80011, kRw);
  CHECK(m.go(0x5000, Access::kLoad).hpa.v == 0x80011000);
}

TEST_CASE("faults are not cached") {
  Machine m;
  CHECK(m.go(0x5000, Access::kLoad).fault == Fault::kPage);
  CHECK(m.mmu.tlb.counts == TlbCounts{0, 1});
  m.map(5, 0x80011, kRw);
  CHECK(m.go(0x5000, Access::kLoad).fault == Fault::kNone);
  CHECK(m.mmu.tlb.counts == TlbCounts{0, 2});
}

TEST_CASE("a store through an entry whose D is clear walks again and sets D") {
  Machine m;
  m.map(5, 0x80010, kRw);
  m.go(0x5000, Access::kLoad);
  CHECK(m.entry(5) == make(0x80010, kRw | kA));
  CHECK(m.go(0x5000, Access::kStore).fault == Fault::kNone);
  CHECK(m.entry(5) == make(0x80010, kRw | kA | kD));
  CHECK(m.references() == 4);
  CHECK(m.mmu.tlb.counts == TlbCounts{0, 2});
  m.go(0x5000, Access::kStore);
  CHECK(m.references() == 4);
  // Once cached with D, stores do not look at the table any more.
  m.map(5, 0x80010, kRw);
  m.go(0x5000, Access::kStore);
  CHECK(m.entry(5) == make(0x80010, kRw));
}

TEST_CASE("an access that the cached entry does not allow walks again") {
  Machine m;
  m.map(5, 0x80010, kV | kR);
  m.go(0x5000, Access::kLoad);
  CHECK(m.go(0x5000, Access::kStore).fault == Fault::kPage);
  CHECK(m.go(0x5000, Access::kLoad).fault == Fault::kNone);  // the old entry still stands
  CHECK(m.mmu.tlb.counts == TlbCounts{1, 2});
  CHECK(m.go(0x5000, Access::kLoad, false).fault == Fault::kPage);
  m.map(5, 0x80010, kRw | kU);
  CHECK(m.go(0x5000, Access::kLoad, false).fault == Fault::kNone);
  CHECK(m.go(0x5000, Access::kStore, true).fault == Fault::kNone);
}

TEST_CASE("writing PTBR keeps global translations, a change of PG drops all") {
  Machine m;
  m.map(5, 0x80010, kRw);
  m.map(6, 0x80011, kRw | kG);
  m.go(0x5000, Access::kLoad);
  m.go(0x6000, Access::kLoad);
  m.mmu.tlb.drop_local();
  CHECK(m.mmu.tlb.find({0x5000}) == nullptr);
  CHECK(m.mmu.tlb.find({0x6000}) != nullptr);
  m.mmu.tlb.drop({0x6000});
  CHECK(m.mmu.tlb.find({0x6000}) == nullptr);
  m.go(0x6000, Access::kLoad);
  m.mmu.tlb.drop_all();
  CHECK(m.mmu.tlb.find({0x6000}) == nullptr);
}

TEST_CASE("the TLB is direct-mapped: 512 pages apart share a place") {
  Machine m;
  m.map(5, 0x80010, kRw);
  m.map(5 + 512, 0x80011, kRw);
  m.map(6, 0x80012, kRw);
  m.go(0x5000, Access::kLoad);
  m.go(0x6000, Access::kLoad);
  m.go(0x5000 + 512 * kPageSize, Access::kLoad);
  CHECK(m.mmu.tlb.find({0x5000}) == nullptr);
  CHECK(m.mmu.tlb.find({0x6000}) != nullptr);
  // Dropping a page that is not there leaves the one that took its place.
  m.mmu.tlb.drop({0x5000});
  CHECK(m.mmu.tlb.find({0x5000 + 512 * kPageSize}) != nullptr);
}

TEST_CASE("superpages are cached by pieces of 4 KiB") {
  Machine m;
  m.memory.write<u32>({0x80001000 + 4 * 0x200}, make(0x80000, kRw));
  CHECK(m.go(0x80003004, Access::kLoad).hpa.v == 0x80003004);
  CHECK(m.go(0x80004004, Access::kLoad).hpa.v == 0x80004004);
  CHECK(m.mmu.tlb.counts == TlbCounts{0, 2});
  m.mmu.tlb.drop({0x80003000});
  CHECK(m.mmu.tlb.find({0x80003000}) == nullptr);
  CHECK(m.mmu.tlb.find({0x80004000}) != nullptr);
}

TEST_CASE("with paging off nothing is counted, and addresses stay as they are") {
  Machine m;
  const Context off{kRoot, false, true};
  CHECK(m.mmu.translate(off, {0x12345678}, Access::kStore).hpa.v == 0x12345678);
  CHECK(m.mmu.translate(off, {0x12345678}, Access::kFetch).hpa.v == 0x12345678);
  CHECK(m.mmu.probe(off, {0}) == 7);
  CHECK(m.mmu.tlb.counts == TlbCounts{});
  CHECK(m.references() == 0);
}

TEST_CASE("tags let pass what a lookup would let pass, and nothing else") {
  Machine m;
  // That a page is written to for the first time must be seen.
  m.mmu.tlb.insert({0x5000}, kRw | kA | kD, 0x80010, m.memory);
  CHECK(m.mmu.tlb.tags(true)[5].write == TlbTags::kNoTag);
  m.memory.write<u32>({0x80010000}, 1);
  for (u32 flags = 0; flags < 256; ++flags) {
    if (!(flags & kV) || (flags & (kR | kX)) == 0) continue;
    m.mmu.tlb.drop_all();
    m.mmu.tlb.insert({0x5000}, flags, 0x80010, m.memory);
    for (const bool supervisor : {false, true}) {
      INFO("flags " << flags << " supervisor " << supervisor);
      const TlbTags& tags = m.mmu.tlb.tags(supervisor)[Tlb::index({0x5000})];
      CHECK((tags.read == 0x5000) == allowed(flags, supervisor, Access::kLoad));
      CHECK((tags.write == 0x5000) == (allowed(flags, supervisor, Access::kStore) && (flags & kD)));
    }
  }
  // Nothing goes fast where somebody wants to know.
  m.memory.mark_code(0x10);
  m.mmu.tlb.insert({0x5000}, kRw | kA | kD, 0x80010, m.memory);
  CHECK(m.mmu.tlb.tags(true)[5].write == TlbTags::kNoTag);
  CHECK(m.mmu.tlb.tags(true)[5].read == 0x5000);
  m.mmu.tlb.insert({0x6000}, kRw | kA | kD, 0x10000, m.memory);
  CHECK(m.mmu.tlb.tags(true)[6].read == TlbTags::kNoTag);
}
