// An instruction that leaves flags and the jump behind it: the fast engine does both at once.
#include <set>

#include "x86_lockstep.hpp"

using namespace ringside;
using namespace ringside::test::x86;

namespace {

constexpr u32 kValues[] = {0, 1, 0x7f, 0x80, 0x7fffffff, 0x80000000, 0xffffffff, 0x12345680};

// What leaves the flags: EAX or the word at kData, against EBX or 0x80.
constexpr std::initializer_list<u8> kFirsts[] = {
    {0x39, 0xd8}, {0x3d, 0x80, 0, 0, 0}, {0x3b, 0x05, 0, 0, 4, 0}, {0x39, 0x1d, 0, 0, 4, 0},  // cmp
    {0x81, 0x3d, 0, 0, 4, 0, 0x80, 0, 0, 0}, {0x3b, 0x06}, {0x3b, 0x04, 0x2e}, {0x39, 0x1c, 0x2e},
    {0x83, 0x3c, 0x2e, 0x80}, {0x85, 0xd8}, {0xa9, 0x80, 0, 0, 0}, {0x21, 0xd8}, {0x83, 0xe0, 0x80},  // test, and
    {0x01, 0xd8}, {0x05, 0x80, 0, 0, 0}, {0x29, 0xd8}, {0x83, 0xe8, 0x80}, {0x40}, {0x48},  // add, sub, inc, dec
    {0x38, 0xd8}, {0x3c, 0x80}, {0x38, 0xdc}, {0x3a, 0x05, 0, 0, 4, 0}, {0x3a, 0x04, 0x2e},  // of bytes
    {0x80, 0x3d, 0, 0, 4, 0, 0x80}, {0x80, 0x3c, 0x2e, 0x80}, {0x84, 0xd8}, {0xa8, 0x80},
    {0xf6, 0x05, 0, 0, 4, 0, 0x80}, {0xf6, 0x04, 0x2e, 0x80},
    {0x11, 0xd8}, {0x19, 0xd8}, {0xf7, 0xd8}, {0xd1, 0xe0}, {0xd1, 0xe8}, {0xd1, 0xf8}, {0x0f, 0xaf, 0xc3},  // no pair
};

void put_word(std::vector<u8>& code, u32 value) {
  for (unsigned i = 0; i < 4; ++i) code.push_back(static_cast<u8>(value >> (8 * i)));
}

// Sixteen times: both values anew, the first, a jump over INC EDI if its condition holds; then SHL EDI.
std::vector<u8> every_condition(std::initializer_list<u8> first, u32 a, u32 b) {
  std::vector<u8> code{0xbe};  // mov esi, kData; xor ebp, ebp
  put_word(code, kData);
  code.insert(code.end(), {0x31, 0xed});
  for (u8 condition = 0; condition < 16; ++condition) {
    code.push_back(0xbb), put_word(code, b);
    code.push_back(0xb8), put_word(code, a);
    code.push_back(0xa3), put_word(code, kData);
    code.insert(code.end(), first);
    code.insert(code.end(), {static_cast<u8>(0x70 + condition), 1, 0x47, 0xd1, 0xe7});
  }
  code.insert(code.end(), {0x90, 0xeb, 0xfd});
  return code;
}

struct Both {
  RandomMachine exact{{.seed = 5}};
  FastRun fast{{.seed = 5}};

  void load(const std::vector<u8>& code) {
    for (RandomMachine* machine : {&exact, &fast.machine}) {
      for (u32 i = 0; i < code.size(); ++i) machine->memory.write<u8>({kCode + i}, code[i]);
      machine->cpu.state.eip = kCode, machine->cpu.state.r[kEdi] = 0;
    }
  }
  // Gives EDI: a bit for each condition.
  u32 outcome(const std::vector<u8>& code) {
    load(code);
    for (unsigned i = 0; i < 120; ++i) exact.step();
    fast.advance(120);
    const std::string how = difference(exact, fast.machine, false);
    INFO(how);
    REQUIRE(how.empty());
    return exact.cpu.state.r[kEdi];
  }
};

}  // namespace

TEST_CASE("x86: an instruction that leaves flags and the jump behind it do the same at once and one by one") {
  Both both;
  std::set<u32> seen;
  for (const auto& first : kFirsts)
    for (const u32 a : kValues)
      for (const u32 b : kValues) seen.insert(both.outcome(every_condition(first, a, b)));
  CHECK(seen.size() > 10);
  CHECK(both.fast.by_fast > 200'000);
}
