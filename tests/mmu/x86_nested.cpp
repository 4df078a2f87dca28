// Extended page tables and the walk in two dimensions (Intel SDM volume 3, section 29.3).
#include "mmu/x86/nested.hpp"

#include "catch.hpp"
#include "cost/model.hpp"
#include "mmu/x86/mmu.hpp"

using namespace ringside;
using namespace ringside::x86;
using namespace ringside::x86::pte;

namespace {

constexpr u32 kDirectory = 0x1000, kTable = 0x2000, kLinear = 0x00405678;
constexpr u64 kRam = 0x20000, kEpt = 0x80000;  // guest-physical 0 lies at kRam

/// kLinear lies behind entry 1 of the guest's directory, entry 5 of its table, and maps to its frame 7.
struct TestMachine {
  TestMachine() {
    REQUIRE(ept.clear(memory));
    for (u32 page = 0; page < 0x10000; page += kPageSize) map(page, ept::kAll);
    set_guest(kDirectory + 4, kTable | kP | kRw | kUs);
    set_guest(kTable + 4 * 5, 0x7000 | kP | kRw | kUs);
    mmu.nested = {true, ept.pointer()};
  }
  void map(u32 gpa, u64 rights) { REQUIRE(ept.map(memory, {gpa}, {kRam + gpa}, rights)); }
  void set_guest(u32 gpa, u32 value) { memory.write<u32>({kRam + gpa}, value); }
  u32 guest(u32 gpa) const { return memory.read<u32>({kRam + gpa}); }
  Translation go(Access access, u32 linear = kLinear) { return mmu.translate(context, linear, access); }
  u64 references() const { return ledger.count(cost::Account::kPageWalk, cost::Param::kWalkReference); }

  cost::Ledger ledger{*cost::preset("textbook")};
  mmu::Memory memory{{0}, 1u << 20};
  Mmu mmu{memory, ledger};
  EptMap ept{{kEpt}, 8};
  PagingContext context{kDirectory, true, false, false, false, false};
};

}  // namespace

TEST_CASE("EPT: 14 references with paging, 4 without, none in the TLB") {
  TestMachine m;
  const auto found = m.go(Access::kLoad);
  REQUIRE_FALSE(found.fault);
  CHECK(found.hpa == Hpa{kRam + 0x7678});
  CHECK(m.references() == 14);
  CHECK(m.go(Access::kLoad).hpa == found.hpa);
  CHECK(m.references() == 14);
  m.context.paging = false;
  CHECK(m.go(Access::kLoad, 0x3123).hpa == Hpa{kRam + 0x3123});
  CHECK(m.references() == 18);
}

TEST_CASE("EPT: caches save references, not results") {
  TestMachine m;
  m.mmu.caches = {mmu::FifoCache(16), mmu::FifoCache(4), 0, 0};
  CHECK(m.go(Access::kLoad).hpa == Hpa{kRam + 0x7678});
  m.mmu.tlb.drop_all();
  const u64 before = m.references();
  CHECK(m.go(Access::kLoad).hpa == Hpa{kRam + 0x7678});
  CHECK(m.references() - before == 3);  // two guest entries and the leaf of the last walk
  CHECK(m.mmu.caches.frame_hits == 2);
}

TEST_CASE("EPT: accessed and dirty bits go into the guest's tables") {
  TestMachine m;
  REQUIRE_FALSE(m.go(Access::kLoad).fault);
  CHECK((m.guest(kTable + 20) & (kA | kD)) == kA);
  CHECK((m.guest(kDirectory + 4) & kA) == kA);
  REQUIRE_FALSE(m.go(Access::kStore).fault);
  CHECK((m.guest(kTable + 20) & (kA | kD)) == (kA | kD));
}

TEST_CASE("EPT: what is missing, and where") {
  TestMachine m;
  m.map(0x7000, 0);
  CHECK(m.go(Access::kLoad).nested);
  CHECK(m.mmu.last_miss == NestedMiss{0x7678, Access::kLoad, false, false, 0});
  m.map(0x7000, ept::kR);
  REQUIRE_FALSE(m.go(Access::kLoad).fault);
  CHECK(m.go(Access::kStore).nested);
  CHECK(m.mmu.last_miss == NestedMiss{0x7678, Access::kStore, false, false, ept::kR});
  CHECK(m.go(Access::kFetch).nested);
  m.map(0x7000, ept::kR | ept::kX);
  m.mmu.tlb.drop_all();
  REQUIRE_FALSE(m.go(Access::kFetch).fault);

  m.map(kTable, ept::kR);
  m.set_guest(kTable + 20, 0x7000 | kP | kRw | kUs);
  m.mmu.tlb.drop_all();
  CHECK(m.go(Access::kLoad).nested);
  CHECK(m.mmu.last_miss == NestedMiss{kTable + 20, Access::kStore, true, false, ept::kR});
  m.map(kTable, 0);
  CHECK(m.go(Access::kLoad).nested);
  CHECK(m.mmu.last_miss == NestedMiss{kTable + 20, Access::kLoad, true, false, 0});
}

TEST_CASE("EPT: the guest's own fault goes before the second dimension of the access") {
  TestMachine m;
  m.map(0x7000, 0);
  m.set_guest(kTable + 20, 0x7000 | kRw | kUs);
  const auto found = m.go(Access::kStore);
  CHECK(found.fault);
  CHECK_FALSE(found.nested);
  CHECK(found.code == page_fault::kWrite);
}

TEST_CASE("EPT: entries that mean nothing are misconfigurations") {
  for (const u64 rights : {ept::kW, ept::kX, ept::kW | ept::kX}) {
    TestMachine m;
    m.map(0x7000, rights);
    CHECK(m.go(Access::kLoad).nested);
    CHECK(m.mmu.last_miss.misconfigured);
  }
}

TEST_CASE("EPT: a leaf of the third level maps 2 MiB") {
  TestMachine m;
  const Hpa directory{kEpt + 2 * kPageSize};
  const u64 leaf = ept::kAll | ept::kLarge | ept::kWriteBack;
  m.memory.write<u64>(directory, leaf);
  m.context.paging = false;
  CHECK(m.go(Access::kStore, 0x45678).hpa == Hpa{0x45678});
  CHECK(m.references() == 3);
  m.memory.write<u64>(directory, leaf | 0x1000);
  m.mmu.tlb.drop_all();
  CHECK(m.go(Access::kLoad, 0x45678).nested);
  CHECK(m.mmu.last_miss.misconfigured);
}

TEST_CASE("EPT: nothing leads out of memory, and the pool can be used up") {
  TestMachine m;
  REQUIRE(m.ept.map(m.memory, {0x7000}, {u64{1} << 40}, ept::kAll));
  CHECK(m.go(Access::kLoad).nested);
  m.mmu.nested.pointer = eptp::make({u64{1} << 40});
  CHECK(m.go(Access::kLoad).nested);
  EptMap small({kEpt}, 3);
  REQUIRE(small.clear(m.memory));
  CHECK_FALSE(small.map(m.memory, {0}, {kRam}, ept::kAll));
}
