// The laboratory: states are put in place as they are said to be, and outcomes are what became of
// them.
#include "session/laboratory.hpp"

#include <numeric>
#include <set>

#include "catch.hpp"
#include "isa/zisa/decode.hpp"

namespace ringside::session {
namespace {

using zisa::row_of;

Laboratory zisa_laboratory() {
  auto laboratory = Laboratory::open("zisa");
  REQUIRE(laboratory);
  return std::move(*laboratory);
}

u32 word_of(unsigned row, zisa::Operands operands) {
  return encode(zisa::kRows[row].picture, zisa::kRows[row].form, operands);
}

const u32 kLoadA0FromA1 =
    word_of(row_of("lw"), {.rd = 10, .rs1 = 11, .rs2 = 0, .imm = 0, .word = 0});
const u32 kStoreA0AtA1 =
    word_of(row_of("sw"), {.rd = 0, .rs1 = 11, .rs2 = 10, .imm = 0, .word = 0});

// User mode, paging on, page 2 readable and writable in frame 5.
LabState one_page() {
  LabState state;
  state.cpu.sr = kLabPagingBit;
  state.cpu.control[kLabPtbr] = lab_ptbr(3, 4);
  state.pages[2] = {true, kLabRead | kLabWrite | kLabUser, 5, std::nullopt};
  std::iota(state.contents.begin(), state.contents.end(), u8{0});
  state.cpu.x[11] = kLabBase + 2 * kPageSize + 8;
  return state;
}

TEST_CASE("a page is found through tables of every shape, and its contents go with the frame") {
  auto laboratory = zisa_laboratory();
  std::set<u32> values;
  for (u32 levels = 2; levels <= 5; ++levels) {
    LabState state = one_page();
    state.cpu.control[kLabPtbr] = lab_ptbr(levels, levels);
    const LabOutcome out = laboratory.run(state, kLoadA0FromA1);
    REQUIRE(out.completed);
    CHECK(out.map_before[2] == LabTranslation{true, 5, kLabRead | kLabWrite | kLabUser});
    CHECK_FALSE(out.map_before[3].mapped);
    values.insert(out.after.x[10]);
  }
  CHECK(values.size() == 1);
  LabState other = one_page();
  other.contents[5] = 9;
  values.insert(laboratory.run(other, kLoadA0FromA1).after.x[10]);
  CHECK(values.size() == 2);
}

TEST_CASE("a stale translation goes before the tables until it is dropped") {
  auto laboratory = zisa_laboratory();
  LabState state = one_page();
  const u32 fresh = laboratory.run(state, kLoadA0FromA1).after.x[10];
  state.pages[2].cached = 6;
  const LabOutcome out = laboratory.run(state, kLoadA0FromA1);
  CHECK(out.after.x[10] != fresh);
  CHECK(out.map_before[2].frame == 6);
  CHECK(out.map_after == out.map_before);
  state.cpu.sr |= kLabModeBit;
  const u32 drop = word_of(row_of("tlbinv"), {.rd = 0, .rs1 = 11, .rs2 = 0, .imm = 0, .word = 0});
  CHECK(laboratory.run(state, drop).map_after[2].frame == 5);
}

TEST_CASE("a store shows by its virtual address, and leaves nothing for the next run") {
  auto laboratory = zisa_laboratory();
  LabState state = one_page();
  const u32 before = laboratory.run(state, kLoadA0FromA1).after.x[10];
  state.cpu.x[10] = ~before;
  const LabOutcome out = laboratory.run(state, kStoreA0AtA1);
  REQUIRE(out.completed);
  REQUIRE(out.written.size() == 4);
  for (u32 i = 0; i < 4; ++i)
    CHECK(out.written[i] == LabByte{state.cpu.x[11] + i, static_cast<u8>(~before >> (8 * i))});
  state.cpu.x[10] = before;
  CHECK(laboratory.run(state, kStoreA0AtA1).written.empty());
  CHECK(laboratory.run(state, kLoadA0FromA1).after.x[10] == before);
}

TEST_CASE("with paging off a page lies in the frame of its number") {
  auto laboratory = zisa_laboratory();
  LabState paged = one_page(), plain = one_page();
  plain.cpu.sr = 0;
  plain.contents[2] = 5;
  CHECK(laboratory.run(plain, kLoadA0FromA1).after.x[10] ==
        laboratory.run(paged, kLoadA0FromA1).after.x[10]);
}

TEST_CASE("what an instruction accesses is seen, what it asks about is not") {
  auto laboratory = zisa_laboratory();
  LabState state = one_page();
  CHECK(laboratory.accessed(state, kLoadA0FromA1) == 1u << 2);
  state.pages[2].cached = 7;
  CHECK(laboratory.accessed(state, kStoreA0AtA1) == 1u << 2);
  const u32 probe = word_of(row_of("probe"), {.rd = 10, .rs1 = 11, .rs2 = 0, .imm = 0, .word = 0});
  CHECK(laboratory.accessed(state, probe) == 0);
}

TEST_CASE("a trap leaves the state as it was and gives its cause") {
  auto laboratory = zisa_laboratory();
  LabState state = one_page();
  state.cpu.x[11] += kPageSize;
  const LabOutcome fault = laboratory.run(state, kLoadA0FromA1);
  CHECK_FALSE(fault.completed);
  CHECK(fault.cause == 13);
  CHECK(lab_address_fault(fault.cause));
  CHECK(fault.after == fault.before);
  const LabOutcome trap = laboratory.run(state, zisa::kRows[row_of("wfi")].picture.match);
  CHECK(trap.cause == 24);
  CHECK_FALSE(lab_address_fault(trap.cause));
}

TEST_CASE("the cycle counter reads the time of the state") {
  auto laboratory = zisa_laboratory();
  LabState state = one_page();
  state.time = 0x1234567890;
  const u32 read = word_of(row_of("rdcych"), {.rd = 10, .rs1 = 0, .rs2 = 0, .imm = 0, .word = 0});
  CHECK(laboratory.run(state, read).after.x[10] == 0x12);
}

TEST_CASE("a variant of one's own") {
  auto laboratory = zisa_laboratory();
  const u32 read_sr =
      word_of(row_of("read_sr"), {.rd = 10, .rs1 = 0, .rs2 = 0, .imm = 0, .word = 0});
  CHECK(laboratory.run(one_page(), read_sr).completed);
  laboratory.set_trap("read_sr", true);
  CHECK(laboratory.run(one_page(), read_sr).cause == 24);
  laboratory.set_trap("add", true);  // no system instruction: nothing to choose
  CHECK(laboratory.run(one_page(), word_of(row_of("add"), {})).completed);
}

}  // namespace
}  // namespace ringside::session
