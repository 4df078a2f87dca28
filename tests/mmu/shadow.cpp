// The mechanism of shadow page tables: what is mapped is what the hardware walks.
#include "mmu/shadow.hpp"

#include <map>

#include "catch.hpp"
#include "reference.hpp"
#include "support/dice.hpp"

using namespace ringside;
using namespace ringside::mmu;
using namespace ringside::test;

namespace {
constexpr u64 kBase = 0x80000000, kFirst = kBase >> kPageShift;

u32 rights_by_walk(const Memory& memory, u32 ptbr_value, u32 gva, u64& frame) {
  u32 found = 0;
  for (const Access access : {Access::kLoad, Access::kStore, Access::kFetch}) {
    const auto walk = reference_walk(memory, ptbr_value, gva, false, access);
    if (walk.result != ReferenceWalk::Result::kMapped) continue;
    found |= 1u << static_cast<unsigned>(access);
    frame = walk.address >> kPageShift;
  }
  return found;
}
}  // namespace

TEST_CASE("roots of two to five levels hold what was put into them") {
  Dice dice(3);
  for (unsigned levels = 2; levels <= 5; ++levels) {
    Memory memory({kBase}, 1u << 20);
    ShadowTables tables(kFirst, 200);
    const auto root = tables.add_root(memory, levels), other = tables.add_root(memory, levels);
    REQUIRE((root && other));
    struct Mapped {
      u64 frame;
      Rights rights;
    };
    std::map<u32, Mapped> model;
    for (int i = 0; i < 3000; ++i) {
      const u32 gva = (dice.below(4) << 30) + (dice.below(30) << kPageShift);
      const u32 what = dice.below(10);
      const auto known = model.find(gva);
      if (what < 6) {
        // Rights with W but without R are no shape that the hardware knows.
        const bool write = dice.chance(50);
        const Mapped mapped{0x80100 + dice.below(1000),
                            {write || dice.chance(50), write, dice.chance(50)}};
        if (!mapped.rights.read && !mapped.rights.execute) continue;
        REQUIRE(tables.map(memory, *root, {gva}, mapped.frame, mapped.rights));
        model[gva] = mapped;
      } else if (what < 8) {
        if (known != model.end()) CHECK(tables.unmap(memory, *root, {gva}));
        model.erase(gva);
      } else {
        CHECK(tables.protect(memory, *root, {gva}) ==
              (known != model.end() && known->second.rights.write));
        if (known != model.end()) known->second.rights.write = false;
      }
    }
    for (const auto& [gva, mapped] : model) {
      u64 frame = 0;
      const u32 expected =
          u32{mapped.rights.execute} | u32{mapped.rights.read} << 1 | u32{mapped.rights.write} << 2;
      CHECK(rights_by_walk(memory, tables.ptbr(*root), gva, frame) == expected);
      if (expected) CHECK(frame == mapped.frame);
      CHECK(rights_by_walk(memory, tables.ptbr(*other), gva, frame) == 0);
    }
  }
}

TEST_CASE("a pool that is used up says so and can be used anew") {
  Memory memory({kBase}, 1u << 20);
  ShadowTables tables(kFirst, 3);
  const auto root = tables.add_root(memory, 2);
  REQUIRE(root);
  CHECK(tables.map(memory, *root, {0x00000000}, 0x80100, {true, true, true}));
  CHECK(tables.map(memory, *root, {0x40000000}, 0x80100, {true, true, true}));
  CHECK(tables.frames_used() == 3);
  CHECK_FALSE(tables.map(memory, *root, {0x80000000}, 0x80100, {true, true, true}));
  CHECK(tables.map(memory, *root, {0x40001000}, 0x80101, {true, true, true}));
  CHECK_FALSE(tables.add_root(memory, 2));
  tables.drop_all();
  CHECK(tables.roots() == 0);
  const auto fresh = tables.add_root(memory, 2);
  REQUIRE(fresh);
  u64 frame = 0;
  CHECK(rights_by_walk(memory, tables.ptbr(*fresh), 0, frame) == 0);
}

TEST_CASE("what is not mapped is neither unmapped nor protected") {
  Memory memory({kBase}, 1u << 20);
  ShadowTables tables(kFirst, 8);
  const auto root = tables.add_root(memory, 4);
  CHECK_FALSE(tables.unmap(memory, *root, {0x1000}));
  CHECK_FALSE(tables.protect(memory, *root, {0x1000}));
}
