#include "vectors.hpp"

#include <fmt/format.h>

#include <set>

#include "isa/zisa/decode.hpp"
#include "isa/zisa/syntax.hpp"
#include "support.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::zisa;

TEST_CASE("every mnemonic has a vector") {
  std::set<unsigned> seen;
  for (const auto& v : kVectors) seen.insert(decode_row(v.word));
  for (unsigned row = 0; row < kRowCount; ++row) {
    INFO("no vector of " << kRows[row].name << " in tests/isa/vectors.hpp");
    CHECK(seen.count(row) == 1);
  }
}

TEST_CASE("vectors assemble to their words") {
  for (const auto& v : kVectors) {
    INFO(v.text);
    CHECK(words(v.text) == std::vector<u32>{v.word});
  }
}

TEST_CASE("vectors disassemble to their texts") {
  for (const auto& v : kVectors) {
    INFO(v.text);
    CHECK(disassemble(v.word, 0x80000000) == v.text);
  }
}

TEST_CASE("clang makes the same words") {
  std::string source;
  std::vector<u32> expected;
  for (const auto& v : kVectors) {
    std::string text{v.insn.empty() ? v.text : v.insn};
    // clang takes the number in a jump for a distance, GNU and we for an address.
    const unsigned row = decode_row(v.word);
    const Form form = kRows[row].form;
    if (form == Form::kBranch || form == Form::kJump)
      text = fmt::format("{}{}", text.substr(0, text.rfind(' ') + 1), operands(form, v.word).imm);
    source += text + "\n";
    expected.push_back(v.word);
  }
  std::vector<u8> bytes(expected.size() * 4);
  for (std::size_t i = 0; i < expected.size(); ++i) store_le(&bytes[4 * i], expected[i]);
  Assembly vectors;
  vectors.sections.push_back({".text", 0x80000000, static_cast<u32>(bytes.size()), 4, bytes, true,
                              false, true, false, false});
  compare_with_clang("vectors", source, vectors);
}

TEST_CASE("a branch is turned around by one bit") {
  for (unsigned row = 0; row < kRowCount; ++row) {
    if (kRows[row].form != Form::kBranch) continue;
    const u32 other = kRows[row].picture.match ^ 1u << 12;
    REQUIRE(decode_row(other) != kIllegalRow);
    CHECK(kRows[decode_row(other)].form == Form::kBranch);
  }
}

TEST_CASE("marks of sensitivity") {
  CHECK(sensitivity_mark(row_of("add")) == "");
  CHECK(sensitivity_mark(row_of("read_sr")) == "M!");
  CHECK(sensitivity_mark(row_of("write_sr")) == "C!");
  CHECK(sensitivity_mark(row_of("read_ptbr")) == "L!");
  CHECK(sensitivity_mark(row_of("probe")) == "ML!");
  CHECK(sensitivity_mark(row_of("tret")) == "CM");
  CHECK(sensitivity_mark(row_of("rdcyc")) == "T");
  CHECK(sensitivity_mark(kIllegalRow) == "");
  CHECK(usage(row_of("lw")) == "lw rd, imm(rs1)");
  CHECK(usage(row_of("fence.i")) == "fence.i");
}
