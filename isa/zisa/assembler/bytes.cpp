#include <fmt/format.h>

#include <limits>

#include "isa/zisa/assembler/expression.hpp"
#include "isa/zisa/assembler/fixups.hpp"
#include "isa/zisa/assembler/layout.hpp"
#include "isa/zisa/table.hpp"

namespace ringside::zisa::assembler {

namespace {

// The lowest bit of a branch's funct3 turns its condition around: beq and bne, blt and bge.
constexpr u32 kInvert = 1u << 12;
constexpr u32 kJal = kRows[row_of("jal")].picture.match;
constexpr u32 kNop = kRows[row_of("addi")].picture.match;

class Writer {
 public:
  Writer(Unit& unit, const Section& section) : unit_(unit), section_(section) {}

  std::vector<u8> run() {
    bytes_.reserve(section_.full_size());
    u32 done = 0;
    for (const Stretch& stretch : section_.stretches) {
      known(done, stretch.offset);
      done = stretch.offset;
      write(stretch);
    }
    known(done, section_.size);
    return std::move(bytes_);
  }

 private:
  void known(u32 from, u32 to) {
    bytes_.insert(bytes_.end(), section_.bytes.begin() + from, section_.bytes.begin() + to);
  }

  void word(u32 value) {
    bytes_.resize(bytes_.size() + 4);
    store_le(&bytes_[bytes_.size() - 4], value);
  }

  u32 here() const { return section_.address + static_cast<u32>(bytes_.size()); }

  void write(const Stretch& stretch) {
    if (stretch.kind == Stretch::Kind::kBranch) return branch(stretch);
    if (stretch.kind == Stretch::Kind::kAlign && stretch.code) return nops(stretch.size);
    bytes_.resize(bytes_.size() + stretch.size, static_cast<u8>(stretch.word));
  }

  void nops(u32 size) {
    bytes_.resize(bytes_.size() + size % 4);
    for (u32 i = 0; i < size / 4; ++i) word(kNop);
  }

  void branch(const Stretch& stretch) {
    const auto target = final_value(unit_, stretch.node);
    const u32 start = here();
    const bool is_short = stretch.size == 4;
    u32 instruction = stretch.word;
    if (!is_short) word((stretch.word ^ kInvert) | place_immediate(Form::kBranch, 8));
    if (!is_short) instruction = kJal;
    const auto distance = static_cast<i32>(static_cast<u32>(target.value_or(start)) - here());
    const auto bits =
        jump_bits(unit_, is_short ? Form::kBranch : Form::kJump, distance, stretch.place);
    word(instruction | bits.value_or(0));
  }

  Unit& unit_;
  const Section& section_;
  std::vector<u8> bytes_;
};

// Sizes that turned out negative.
void check(Unit& unit, const Section& s, const Stretch& stretch) {
  if (stretch.kind != Stretch::Kind::kSpace && stretch.kind != Stretch::Kind::kOrigin) return;
  const auto value = final_value(unit, stretch.node);
  if (!value) return;
  const u32 offset = stretch.offset + stretch.before;
  const i64 lowest = stretch.kind == Stretch::Kind::kSpace ? 0
                     : stretch.amount                      ? i64{offset}
                                                           : i64{s.address} + offset;
  if (*value >= lowest) return;
  if (stretch.kind == Stretch::Kind::kSpace)
    return unit.error(stretch.place, fmt::format("{} bytes are less than none", *value));
  unit.error(stretch.place, fmt::format("this moves back, from {:#x} to {:#x}", lowest, *value),
             ".org takes an offset from the section's start, or a label plus an offset");
}

}  // namespace

std::vector<u8> final_bytes(Unit& unit, u32 number) {
  const Section& section = unit.sections[number];
  for (const Stretch& stretch : section.stretches) check(unit, section, stretch);
  if (section.nobits) return {};
  return Writer(unit, section).run();
}

}  // namespace ringside::zisa::assembler
