// Random instructions against Unicorn (QEMU's CPU): registers, EFLAGS, memory, ports and vectors.
// Where the two differ the SDM decides; docs/x86-disagreements.md says how each time.
#include <cstdlib>
#include <map>
#include <set>

#include "catch.hpp"
#include "isa/x86/decode.hpp"
#include "isa/x86/disassemble.hpp"
#include "isa/x86_encodings.hpp"
#include "isa/x86_unicorn.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::x86;

namespace {

/// Of the system instructions those that mean something on a machine without descriptors and
/// paging.
bool is_compared(unsigned row) {
  static const std::set<std::string_view> kSystem = {"pushf",
                                                     "popf",
                                                     "cli",
                                                     "sti",
                                                     "smsw",
                                                     "int",
                                                     "int3",
                                                     "into",
                                                     "ud2",
                                                     "arpl",
                                                     "mov_from_segment",
                                                     "push_segment"};
  if (row >= kRowCount) return false;
  return kRows[row].kind != Kind::kSystem || kSystem.contains(kRows[row].name);
}

bool is_one_of(const Instruction& i, std::set<std::string_view> names) {
  return names.contains(kRows[i.row].name);
}

bool has_prefix(std::span<const u8> bytes, u8 prefix) {
  for (const u8 b : bytes.first(std::min<std::size_t>(bytes.size(), 4))) {
    if (b == prefix) return true;
    if (b == 0x0f) return false;
  }
  return false;
}

/// What the SDM leaves undefined or Unicorn does otherwise than the SDM says.
bool is_known_to_differ(const Instruction& i, std::span<const u8> bytes, std::optional<u8> ours) {
  if (is_one_of(i, {"bswap"}) && i.width == 2) return true;
  if (is_one_of(i, {"neg"}) && i.lock) return true;
  if (is_one_of(i, {"smsw"}) && i.width == 4) return true;
  if (is_one_of(i, {"ret"})) return i.immediate[0] & 0x8000;
  if (is_one_of(i, {"enter"})) return ours == u8{kPf};
  if (is_one_of(i, {"bsf", "bsr"})) return has_prefix(bytes, 0xf3);
  if (is_one_of(i, {"nop_wide"})) return true;
  if (is_one_of(i, {"test"}) && i.operands[1].kind == Operand::kImmediate) return true;
  return ours == u8{kGp} && i.memory.segment == Seg::kCs;  // a store into code
}

/// Flags that the SDM calls undefined ("The OF, SF, ZF, and PF flags are undefined" after AAA and
/// AAS; "the OF flag ... is undefined" after rotations by more than one) and Unicorn leaves
/// otherwise. All other undefined flags are compared.
u32 undefined_flags(const Instruction& i, const Flat& before) {
  if (is_one_of(i, {"aaa", "aas"})) return flag::kOf | flag::kSf | flag::kZf | flag::kPf;
  if (!is_one_of(i, {"rcl", "rcr"})) return 0;
  const bool by_cl = i.operands[1].kind == Operand::kRegister;
  const u32 count = by_cl ? before.r[kEcx] : i.immediate[0];
  return (count & 31) == 1 ? 0 : flag::kOf;
}

/// Vectors as Unicorn has them: it checks no segment limits, so that what wraps around is a page
/// fault.
int comparable(std::optional<u8> vector) {
  if (!vector) return -1;
  return *vector == kGp || *vector == kSs ? int{kPf} : int{*vector};
}

constexpr u32 kCompared =
    flag::kStatus | flag::kDf | flag::kIf | flag::kIopl | flag::kNt | flag::kAc;

void compare(const Flat& ours, const Flat& theirs, u32 flags_compared) {
  CHECK(ours.r == theirs.r);
  CHECK(ours.eip == theirs.eip);
  CHECK((ours.eflags & flags_compared) == (theirs.eflags & flags_compared));
  const bool memory = ours.data == theirs.data && ours.code == theirs.code;  // too long to print
  CHECK(memory);
  CHECK(ours.written_to_ports == theirs.written_to_ports);
}

/// How often each row completed or trapped.
struct Seen {
  unsigned completed = 0, trapped = 0;
};
using Counts = std::map<std::string_view, Seen>;

/// Both run it. What they would run next is NOPs, not whatever: Unicorn translates it, and can
/// abort.
void try_one(Unicorn& unicorn, Encodings& random, std::span<const u8> bytes, Counts& counts) {
  const Instruction i = decode(bytes, CodeSize::kBits32);
  if (!is_compared(i.row)) return;
  Flat before = random.state(bytes.first(i.length));
  if (i.rep != Rep::kNone) before.r[kEcx] = random.below(9);
  Flat ours = before, theirs = before;
  const auto vector = run(ours, i);
  if (is_known_to_differ(i, bytes, vector) || ours.eip - kData < kDataBytes) return;
  if (ours.code != before.code)
    return;  // Unicorn starts an instruction again that changes its page
  INFO(disassemble(bytes, before.eip, CodeSize::kBits32) << " with EFLAGS " << before.eflags);
  const auto their_vector = unicorn.run(theirs, i.length, i.rep != Rep::kNone);
  CHECK(comparable(vector) == comparable(their_vector));
  auto& seen = counts[kRows[i.row].name];
  ++(vector ? seen.trapped : seen.completed);
  if (!vector && !their_vector) compare(ours, theirs, kCompared & ~undefined_flags(i, before));
}

unsigned scaled(unsigned count) {
  return std::getenv("RINGSIDE_FULL") ? count * 20 : count;
}

}  // namespace

TEST_CASE("x86: random instructions against Unicorn") {
  Unicorn unicorn;
  Encodings random(1);
  Counts counts;
  for (unsigned n = 0; n < scaled(40'000); ++n)
    try_one(unicorn, random, random.instruction(), counts);
  const std::set<std::string_view> always_trap = {"int", "int3", "ud2"};
  for (unsigned row = 0; row < kRowCount; ++row) {
    const auto name = kRows[row].name;
    if (!is_compared(row) || name == "nop_wide") continue;
    INFO(name << " completed " << counts[name].completed << " times");
    CHECK((always_trap.contains(name) ? counts[name].trapped : counts[name].completed) >= 2);
  }
}

TEST_CASE("x86: random bytes against Unicorn") {
  Unicorn unicorn;
  Encodings random(2);
  Counts counts;
  for (unsigned n = 0; n < scaled(5'000); ++n) try_one(unicorn, random, random.bytes(), counts);
  CHECK(counts.size() > 50);
}
