// Two-dimensional walks: how many references they make, for all depths, and what they find.
#include "mmu/nested.hpp"

#include "catch.hpp"
#include "cost/model.hpp"
#include "mmu/mmu.hpp"
#include "mmu/shadow.hpp"

using namespace ringside;
using namespace ringside::mmu;

namespace {

// Guest tables in guest-physical memory, of which every page lies `kApart` higher in the host's; nested tables
// at the bottom.
constexpr u64 kBase = 0x80000000, kSize = 64u << 20, kApart = 32u << 20, kGuestBytes = 16u << 20;
constexpr u32 kFull = pte::kV | pte::kR | pte::kW | pte::kX | pte::kU | pte::kA | pte::kD;

class World {
 public:
  World(unsigned guest_levels, unsigned nested_levels)
      : memory({kBase}, kSize), nested(kBase >> kPageShift, kApart >> kPageShift) {
    root = *nested.add_root(memory, nested_levels);
    for (u64 at = 0; at < kGuestBytes; at += kPageSize)
      nested.map(memory, root, {static_cast<u32>(kBase + at)}, (kBase + kApart + at) >> kPageShift,
                 {true, true, true});
    paging = {true, nested.ptbr(root)};
    make_guest_tables(guest_levels);
  }

  u32 read(u64 gpa) const { return memory.read<u32>({gpa + kApart}); }
  void write(u64 gpa, u32 entry) { memory.write<u32>({gpa + kApart}, entry); }

  NestedWalk walk(u32 gva, Access access = Access::kLoad) {
    trail.clear();
    tables.emplace(memory, paging, &caches, &trail);
    return nested_walk(*tables, ptbr, true, false, {gva}, access);
  }

  Memory memory;
  ShadowTables nested;
  u32 root = 0;
  NestedPaging paging;
  u32 ptbr = 0;
  WalkCaches caches;
  std::vector<NestedStep> trail;
  std::optional<NestedTables> tables;
  u64 leaf = 0;  ///< guest-physical address of the leaf entry for kPage

  static constexpr u32 kPage = 0x00345000;
  static constexpr u64 kTarget = kBase + (8u << 20);

 private:
  void make_guest_tables(unsigned levels) {
    const Shape& shape = kShapes[levels];
    u64 table = kBase;  // aligned to 4 MiB, enough for Z1
    ptbr = ptbr::make(table >> kPageShift, levels);
    for (unsigned level = 0;; ++level) {
      leaf = table + 4 * u64{shape.index(kPage, level)};
      if (level + 1 == levels) break;
      const u64 next = kBase + (4u << 20) + level * kPageSize;
      write(leaf, pte::make(next >> kPageShift, pte::kV));
      table = next;
    }
    write(leaf, pte::make(kTarget >> kPageShift, kFull & ~(pte::kA | pte::kD)));
  }
};

}  // namespace

TEST_CASE("a two-dimensional walk makes (n + 1)(m + 1) - 1 references") {
  for (unsigned n = 1; n <= 5; ++n)
    for (unsigned m = 1; m <= 5; ++m) {
      INFO(n << " guest levels, " << m << " nested ones");
      World world(n, m);
      const NestedWalk found = world.walk(World::kPage + 0x123);
      REQUIRE(found.ok());
      CHECK(found.frame == (World::kTarget + kApart) >> kPageShift);
      CHECK(world.tables->references == (n + 1) * (m + 1) - 1);
      CHECK(world.trail.size() == (n + 1) * (m + 1) - 1);
    }
}

TEST_CASE("the textbook's walks: two levels in two 8, four in four 24, 25 with the access") {
  World two(2, 2), four(4, 4);
  REQUIRE(two.walk(World::kPage).ok());
  REQUIRE(four.walk(World::kPage).ok());
  CHECK(two.tables->references == 8);
  CHECK(four.tables->references == 24);

  // The ledger's count of the same walk, and the access on top of it.
  const auto model = cost::preset("textbook");
  REQUIRE(model);
  cost::Ledger ledger(*model);
  Mmu mmu(four.memory, ledger);
  mmu.nested = four.paging;
  const Context context{four.ptbr, true, false};
  const auto found = mmu.translate(context, {World::kPage}, Access::kLoad);
  REQUIRE(found.fault == Fault::kNone);
  const u64 walked = ledger.count(cost::Account::kPageWalk, cost::Param::kWalkReference);
  CHECK(walked == 24);
  CHECK(walked + 1 == 25);
  CHECK(mmu.tlb.counts.misses == 1);
  // Combined entries: the second look-up needs no walk.
  CHECK(mmu.translate(context, {World::kPage}, Access::kLoad).hpa == found.hpa);
  CHECK(ledger.count(cost::Param::kWalkReference) == 24);
  CHECK(mmu.tlb.counts.hits == 1);
}

TEST_CASE("the trail alternates between the dimensions") {
  World world(2, 3);
  REQUIRE(world.walk(World::kPage).ok());
  const std::vector<bool> expected = {true, true, true, false, true, true,
                                      true, false, true, true, true};
  REQUIRE(world.trail.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(world.trail[i].nested == expected[i]);
  CHECK(world.trail[3].level == 0);
  CHECK(world.trail[7].level == 1);
}

TEST_CASE("a missing page of the second dimension is told apart by the reference that needed it") {
  World world(4, 2);
  for (u8 level = 0; level <= 4; ++level) {
    World broken(4, 2);
    REQUIRE(broken.walk(World::kPage).ok());
    std::vector<u64> guest;
    for (const auto& step : broken.trail)
      if (!step.nested) guest.push_back(step.address);
    guest.push_back(World::kTarget);
    const u32 page = static_cast<u32>(guest[level]) & ~kPageMask;
    REQUIRE(broken.nested.unmap(broken.memory, broken.root, {page}));
    const NestedWalk found = broken.walk(World::kPage + 8);
    REQUIRE(found.miss);
    CHECK(found.miss->reference == (level == 4 ? NestedMiss::kAccessItself : level));
    CHECK(found.miss->gpa == (level == 4 ? World::kTarget + 8 : guest[level]));
  }
}

TEST_CASE("A and D are stored in the guest's tables, and need the right to write there") {
  World world(2, 2);
  REQUIRE(world.walk(World::kPage, Access::kStore).ok());
  CHECK((world.read(world.leaf) & (pte::kA | pte::kD)) == (pte::kA | pte::kD));

  World fixed(2, 2);
  REQUIRE(fixed.nested.protect(fixed.memory, fixed.root, {static_cast<u32>(fixed.leaf) & ~kPageMask}));
  const NestedWalk found = fixed.walk(World::kPage);
  REQUIRE(found.miss);
  CHECK(found.miss->access == Access::kStore);
  CHECK(found.miss->reference == 1);
  CHECK((fixed.read(fixed.leaf) & pte::kA) == 0);
}

TEST_CASE("an entry has the rights that both dimensions give") {
  World world(2, 2);
  REQUIRE(world.nested.protect(world.memory, world.root, {static_cast<u32>(World::kTarget)}));
  const NestedWalk read = world.walk(World::kPage);
  REQUIRE(read.ok());
  CHECK((read.flags & (pte::kR | pte::kW | pte::kX)) == (pte::kR | pte::kX));
  const NestedWalk store = world.walk(World::kPage, Access::kStore);
  REQUIRE(store.miss);
  CHECK(store.miss->access == Access::kStore);
  CHECK(store.miss->reference == NestedMiss::kAccessItself);
}

TEST_CASE("guest-physical addresses beyond 32 bits are nobody's") {
  World world(2, 2);
  world.write(world.leaf, pte::make(0x100000, kFull));
  const NestedWalk found = world.walk(World::kPage);
  REQUIRE(found.miss);
  CHECK(found.miss->gpa == 0x100000000u);
}

TEST_CASE("walk caches save references and change nothing else") {
  World world(4, 4);
  world.caches = {FifoCache(24), FifoCache(16), 0, 0};
  const NestedWalk first = world.walk(World::kPage);
  const unsigned cold = world.tables->references;
  const NestedWalk again = world.walk(World::kPage);
  REQUIRE((first.ok() && again.ok()));
  CHECK(cold <= 24);
  // What is left: the guest's leaf, and the nested leaf of the access itself.
  CHECK(world.tables->references == 2);
  CHECK(again.frame == first.frame);
  CHECK(world.caches.frame_hits >= 4);
  CHECK(world.caches.entry_hits > 0);
  world.caches.clear();
  world.walk(World::kPage);
  CHECK(world.tables->references == cold);
}

TEST_CASE("the TLB tells VMs apart by their identifiers") {
  World world(2, 2);
  Tlb tlb;
  tlb.set_vmid(1);
  tlb.insert({0x1000}, kFull, 0x80010, world.memory);
  tlb.set_vmid(2);
  CHECK(tlb.find({0x1000}) == nullptr);
  CHECK(tlb.tags(false)[Tlb::index({0x1000})].read == TlbTags::kNoTag);
  tlb.insert({0x2000}, kFull | pte::kG, 0x80011, world.memory);
  tlb.drop_all();
  CHECK(tlb.find({0x2000}) == nullptr);
  tlb.set_vmid(1);
  REQUIRE(tlb.find({0x1000}));
  CHECK(tlb.find({0x1000})->frame == 0x80010);
  tlb.set_vmid(2);
  tlb.drop_all_vms();
  tlb.set_vmid(1);
  CHECK(tlb.find({0x1000}) == nullptr);
}
