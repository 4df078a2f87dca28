// The mechanism of shadow page tables: what is mapped is what the hardware walks.
#include "mmu/shadow.hpp"

#include <map>

#include "catch.hpp"
#include "mmu/x86/shadow.hpp"
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

namespace {

// Tables that lie in the last pages below `end`, and map frames there and beyond.
template <class Tables>
void check_last_frames(u64 end) {
  constexpr u64 kPages = 16;
  const u64 after = end >> kPageShift, first = after - kPages;
  Memory memory({first << kPageShift}, 2 * kPages << kPageShift);
  Tables tables(first, kPages);
  const auto root = tables.add_root(memory, 2);
  REQUIRE(root);
  CHECK(tables.map(memory, *root, {0x1000}, after - 1, {true, true, true}));
  const u64 used = tables.frames_used();
  CHECK_FALSE(tables.map(memory, *root, {0x40001000}, after, {true, true, true}));
  CHECK(tables.frames_used() == used);
  CHECK_FALSE(Tables(after, kPages).add_root(memory, 2));
}

}  // namespace

TEST_CASE("a frame whose number no entry can hold is not mapped, nor a table in it made") {
  check_last_frames<ShadowTables>(u64{1} << 34);
  check_last_frames<x86::ShadowTables>(u64{1} << 32);
}

TEST_CASE("the last frame that an entry can hold is what the hardware finds") {
  const u64 last = (u64{1} << 34 >> kPageShift) - 1;
  Memory memory({(last - 15) << kPageShift}, 16 << kPageShift);
  ShadowTables tables(last - 15, 16);
  const auto root = tables.add_root(memory, 3);
  REQUIRE((root && tables.map(memory, *root, {0x1000}, last, {true, false, false})));
  u64 frame = 0;
  CHECK(rights_by_walk(memory, tables.ptbr(*root), 0x1000, frame) == 2);
  CHECK(frame == last);
}
