#include <rapidcheck.h>

#include "isa/zisa/decode.hpp"
#include "support.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::zisa;

namespace {

void holds(u32 word, u32 pc) {
  const std::string text = disassemble(word, pc);
  AssemblerOptions options;
  options.text_address = pc;
  const auto result = assemble("round", text, options);
  RC_LOG() << text;
  if (!result) RC_FAIL(result.error()[0].text());
  RC_ASSERT(words_of(*result) == std::vector<u32>{word});
}

}  // namespace

TEST_CASE("any word disassembles to text that assembles to it") {
  CHECK(rc::check("random words",
                  [] { holds(*rc::gen::arbitrary<u32>(), *rc::gen::arbitrary<u32>() & ~3u); }));
}

TEST_CASE("a program of many words makes the round trip") {
  constexpr u32 kStart = 0x80000000, kCount = 50000;
  std::vector<u32> expected;
  std::string source;
  u64 state = 1;
  for (u32 i = 0; i < kCount; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    u32 word = static_cast<u32>(state >> 32);
    // Every second word is an instruction; of plain random words few are.
    const auto& picture = kRows[(state >> 16) % kRowCount].picture;
    if (i % 2) word = picture.match | (word & ~picture.mask);
    expected.push_back(word);
    source += disassemble(word, kStart + 4 * i) + "\n";
  }
  // A branch would become two instructions where it is far, but these came from one word each.
  CHECK(words(source) == expected);
}

TEST_CASE("any word of each row makes the round trip") {
  for (const auto& row : kRows) {
    CHECK(rc::check(std::string(row.name), [&] {
      const u32 free = *rc::gen::arbitrary<u32>() & ~row.picture.mask;
      const u32 word = row.picture.match | free;
      RC_ASSERT(decode_row(word) != kIllegalRow);
      holds(word, *rc::gen::arbitrary<u32>() & ~3u);
    }));
  }
}

TEST_CASE("words with ignored bits set make the round trip") {
  for (const u32 word : {0x0000000fu, 0x8330000fu, 0xffffffffu & ~0x7000u & ~0x7fu & 0xffffff8fu,
                         0x0000100fu, 0xfff0908fu, 0x1605a52fu, 0x0e00000fu, 0x00f0000fu, 0u}) {
    INFO(disassemble(word, 0x80000000));
    CHECK(words(disassemble(word, 0x80000000)) == std::vector<u32>{word});
  }
}

TEST_CASE("encode is the inverse of operands") {
  CHECK(rc::check("all forms", [] {
    const auto& row = kRows[*rc::gen::inRange(0u, kRowCount)];
    const u32 word = row.picture.match | (*rc::gen::arbitrary<u32>() & ~row.picture.mask);
    const Operands o = operands(row.form, word);
    const u32 again = encode(row.picture, row.form, o);
    const Operands p = operands(row.form, again);
    RC_ASSERT(o.rd == p.rd);
    RC_ASSERT(o.rs1 == p.rs1);
    RC_ASSERT(o.rs2 == p.rs2);
    RC_ASSERT(o.imm == p.imm);
  }));
}
