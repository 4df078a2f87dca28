// The control block: its layout, and the checks at entry one by one.
#include "cpu/control_block.hpp"

#include <fstream>
#include <iterator>
#include <set>

#include "catch.hpp"

using namespace ringside;
using namespace ringside::cpu;

namespace {

constexpr u64 kBase = 0x80000000;

struct Bench {
  mmu::Memory memory{{kBase}, 1u << 20};
  ControlBlock block{memory, {kBase}};
  HardwareAssist assist;
  Bench() { block.clear(); }
  std::optional<EntryFault> check() const { return check_entry(block, memory, assist); }
};

struct Rule {
  Field field;
  u32 value;
  const char* says;
};

constexpr Rule kRules[] = {
    {Field::kRevision, 2, "is not 1"},
    {Field::kGuestPc, 2, "multiple of 4"},
    {Field::kGuestSr, 0x1001, "bits that SR has not"},
    {Field::kGuestTvec, 1, "multiple of 4"},
    {Field::kGuestPtbr, 0xc0000000, "no shape"},
    {Field::kGuestPtbr, 0x00400000, "no shape"},
    {Field::kGuestIpend, 1, "interrupts that there are not"},
    {Field::kGuestIenable, 4, "interrupts that there are not"},
    {Field::kGuestActivity, 2, "neither 0 nor 1"},
    {Field::kHostPc, 1, "multiple of 4"},
    {Field::kHostSr, 0x8001, "bits that SR has not"},
    {Field::kHostSr, 0, "not supervisor mode"},
    {Field::kHostPtbr, 0xe0000000, "no shape"},
    {Field::kInstructionExits, 0x800, "instructions that there are not"},
    {Field::kCrReadExits, 0x800, "control registers that there are not"},
    {Field::kCrWriteExits, 0x10000, "control registers that there are not"},
    {Field::kExceptionExits, 1u << 10, "causes that there are not"},
    {Field::kControls, 8, "mean nothing"},
    {Field::kInterruptWindow, 1, "interrupts that there are not"},
    {Field::kSrMask, zisa::sr::kMode, "other bits than PG and TSD"},
    {Field::kSrShadow, 0x40, "bits that SR has not"},
    {Field::kEntryEvent, 2, "neither 0 nor 1"},
};

}  // namespace

TEST_CASE("a cleared control block can be entered") {
  CHECK(!Bench().check());
}

TEST_CASE("each check at entry names the field, its value and the rule") {
  for (const Rule& rule : kRules) {
    Bench bench;
    bench.block.write(rule.field, rule.value);
    const auto fault = bench.check();
    INFO(info_of(rule.field).name << " = " << rule.value);
    REQUIRE(fault);
    CHECK(fault->field == rule.field);
    CHECK(fault->value == rule.value);
    CHECK(fault->rule.find(rule.says) != std::string_view::npos);
    const std::string text = fault->text();
    CHECK(text.find(std::string(info_of(rule.field).name)) != std::string::npos);
    CHECK(text.find("0x") != std::string::npos);
  }
}

TEST_CASE("the first field that breaks a rule is named") {
  Bench bench;
  bench.block.write(Field::kEntryEvent, 7);
  bench.block.write(Field::kGuestPc, 3);
  REQUIRE(bench.check());
  CHECK(bench.check()->field == Field::kGuestPc);
}

TEST_CASE("nested paging needs a root in RAM") {
  Bench bench;
  bench.block.write(Field::kControls, control::kNestedPaging);
  for (const u32 root : {0u, 0x80100u, 0xc0080000u}) {
    bench.block.write(Field::kNestedPtbr, root);
    REQUIRE(bench.check());
    CHECK(bench.check()->field == Field::kNestedPtbr);
  }
  bench.block.write(Field::kNestedPtbr, mmu::ptbr::make(0x80001, 2));
  CHECK(!bench.check());
  // A one-level table of 4 MiB does not fit into 1 MiB.
  bench.block.write(Field::kNestedPtbr, mmu::ptbr::make(0x80000, 1));
  REQUIRE(bench.check());
}

TEST_CASE("VM identifiers are 1 to 65535, where the CPU has them") {
  Bench bench;
  bench.block.write(Field::kControls, control::kUseVmid);
  for (const u32 vmid : {0u, 0x10000u}) {
    bench.block.write(Field::kVmid, vmid);
    REQUIRE(bench.check());
    CHECK(bench.check()->field == Field::kVmid);
  }
  for (const u32 vmid : {1u, 0xffffu}) {
    bench.block.write(Field::kVmid, vmid);
    CHECK(!bench.check());
  }
  bench.assist.vmids = false;
  REQUIRE(bench.check());
  CHECK(bench.check()->field == Field::kControls);
}

TEST_CASE("an event must have a cause, and an interrupt a guest that takes it") {
  Bench bench;
  bench.block.write(Field::kEntryEvent, 1);
  for (const u32 cause : {10u, 14u, 26u, 63u, 0x80000000u, 0x80000002u, 0x80000021u}) {
    bench.block.write(Field::kEntryCause, cause);
    INFO(cause);
    REQUIRE(bench.check());
    CHECK(bench.check()->field == Field::kEntryCause);
  }
  for (const u32 cause : {0u, 8u, 15u, 25u}) {
    bench.block.write(Field::kEntryCause, cause);
    CHECK(!bench.check());
  }
  bench.block.write(Field::kEntryCause, static_cast<u32>(Cause::kTimerInterrupt));
  REQUIRE(bench.check());
  CHECK(bench.check()->rule.find("disabled") != std::string_view::npos);
  bench.block.write(Field::kGuestSr, zisa::sr::kMode | zisa::sr::kIe);
  CHECK(!bench.check());
  bench.block.write(Field::kGuestSr, 0);  // in U they are always taken
  CHECK(!bench.check());
}

TEST_CASE("guest state is stored and loaded whole") {
  Bench bench;
  ArchState state;
  state.pc = 0x1234, state.sr = 0x3f, state.waiting = true;
  for (u32 i = 0; i < zisa::kCrCount; ++i) state.cr[i] = 0x100 * i;
  bench.block.store_guest(state);
  ArchState again;
  bench.block.load_guest(again);
  CHECK(again.pc == state.pc);
  CHECK(again.sr == state.sr);
  CHECK(again.cr == state.cr);
  CHECK(again.waiting);
}

TEST_CASE("the manual holds the table of fields") {
  std::ifstream file(RINGSIDE_SOURCE_DIR "/docs/control-block.md");
  const std::string manual{std::istreambuf_iterator<char>(file), {}};
  CHECK(manual.find(field_table()) != std::string::npos);
  std::set<std::string_view> names;
  for (const auto& each : kFields) names.insert(each.name);
  CHECK(names.size() == kFieldCount);
  CHECK(4 * kFieldCount <= kPageSize);
}
