#include "isa/x86_vectors.hpp"

#include <set>

#include "catch.hpp"
#include "isa/x86/decode.hpp"
#include "isa/x86/disassemble.hpp"
#include "isa/x86_change.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::x86;

namespace {

std::span<const u8> bytes_of(const Flat& flat) {
  return {flat.code.data(), kMaxLength};
}

}  // namespace

TEST_CASE("x86: every row has a vector") {
  std::set<std::string_view> seen;
  for (const auto& v : kX86Vectors) seen.insert(v.row);
  for (const auto& row : kRows) {
    INFO("no vector of " << row.name << " in tests/isa/x86_vectors.hpp");
    CHECK(seen.contains(row.name));
  }
}

TEST_CASE("x86: vectors decode, disassemble and do what they say") {
  for (const auto& v : kX86Vectors) {
    INFO(v.text << " with " << v.before);
    const Flat before = flat_from(v.before, v.code);
    const Instruction i = decode(bytes_of(before), CodeSize::kBits32);
    REQUIRE(i.row < kRowCount);
    CHECK(kRows[i.row].name == v.row);
    CHECK(i.length == (v.code.size() + 1) / 3);
    CHECK(disassemble(bytes_of(before), before.eip, CodeSize::kBits32) == v.text);
    Flat after = before;
    const auto vector = run(after, i);
    CHECK(change(before, after, vector, i.length) == v.change);
  }
}

TEST_CASE("x86: what a row says of flags holds for its vectors") {
  for (const auto& v : kX86Vectors) {
    INFO(v.text << " with " << v.before);
    Flat before = flat_from(v.before, v.code);
    const Instruction i = decode(bytes_of(before), CodeSize::kBits32);
    const FlagUse use = kRows[i.row].flags;
    for (const u32 others : {u32{0}, flag::kStatus}) {
      // Flags that it does not look at change nothing, and those that it leaves in any case are the
      // same.
      Flat after = before, varied = before;
      varied.eflags = (before.eflags & (use.reads | ~flag::kStatus)) | (others & ~use.reads);
      const Flat varied_before = varied;
      const auto vector = run(after, i);
      CHECK(run(varied, i) == vector);
      CHECK((after.r == varied.r && after.data == varied.data && after.eip == varied.eip));
      if (vector) continue;
      CHECK((after.eflags & use.writes) == (varied.eflags & use.writes));
      const u32 kept = flag::kStatus & ~use.writes & ~use.reads;
      CHECK((varied.eflags & kept) == (varied_before.eflags & kept));
    }
  }
}

TEST_CASE("x86: targets have names where somebody knows them") {
  const u8 call[] = {0xe8, 0x10, 0, 0, 0};
  const auto name = [](u32 address) {
    return address == 0x1015 ? std::string("main") : std::string();
  };
  CHECK(disassemble(call, 0x1000, CodeSize::kBits32, name) == "call 0x00001015 <main>");
  CHECK(disassemble(call, 0x2000, CodeSize::kBits32, name) == "call 0x00002015");
}

TEST_CASE("x86: sensitive instructions are marked") {
  const auto mark = [](std::string_view name) { return sensitivity_mark(*find_row(name)); };
  CHECK(mark("add") == "");
  CHECK(mark("popf") == "C!");
  CHECK(mark("sgdt") == "M!");
  CHECK(mark("hlt") == "C");
  CHECK(mark("mov_from_cr") == "ML");
  CHECK(mark("rdtsc") == "T");
  CHECK(sensitivity_mark(kIllegalRow) == "");
}
