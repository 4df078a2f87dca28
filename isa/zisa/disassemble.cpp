// From a word to text. The text is written so that it assembles back to the same word, also where
// a word has bits that the machine ignores.
#include <fmt/format.h>

#include "isa/zisa/decode.hpp"
#include "isa/zisa/syntax.hpp"

namespace ringside::zisa {

namespace {

std::string control_register(i32 number) {
  const auto n = static_cast<u32>(number);
  return n < kCrCount ? std::string(kCrNames[n]) : std::to_string(n);
}

std::string operand(char letter, const Operands& o, u32 pc) {
  switch (letter) {
    case 'd':
      return std::string(register_name(o.rd));
    case 's':
      return std::string(register_name(o.rs1));
    case 't':
      return std::string(register_name(o.rs2));
    case 'i':
    case 'h':
      return std::to_string(o.imm);
    case 'u':
      return fmt::format("{:#x}", static_cast<u32>(o.imm) >> 12);
    case 'b':
      return fmt::format("{:#x}", pc + static_cast<u32>(o.imm));
    case 'c':
      return control_register(o.imm);
    case ',':
      return ", ";
    default:
      return {letter};
  }
}

std::string_view ordering(const RowInfo& row, u32 word) {
  if (!is_atomic(row.form)) return "";
  const bool acquire = word & kAcquire;
  const bool release = word & kRelease;
  return acquire ? (release ? ".aqrl" : ".aq") : (release ? ".rl" : "");
}

// A set of a fence: bits for device input, device output, memory reads, memory writes.
std::string set(u32 bits_of_set) {
  std::string text;
  for (unsigned i = 0; i < 4; ++i)
    if (bit(bits_of_set, 3 - i)) text += "iorw"[i];
  return text;
}

// The machine ignores all operand bits of a fence, but only those of the usual fences have a
// text of their own.
std::string fence(unsigned row, u32 word) {
  const u32 predecessors = bits(word, 27, 24);
  const u32 successors = bits(word, 23, 20);
  const bool plain = bits(word, 31, 28) == 0 && bits(word, 19, 15) == 0 && bits(word, 11, 7) == 0;
  if (!takes_sets(row) && word == kRows[row].picture.match) return std::string(kRows[row].name);
  if (takes_sets(row) && plain && predecessors != 0 && successors != 0)
    return fmt::format("{} {}, {}", kRows[row].name, set(predecessors), set(successors));
  return fmt::format(".insn i {:#x}, {}, {}, {}, {}", bits(word, 6, 0), bits(word, 14, 12),
                     register_name(bits(word, 11, 7)), register_name(bits(word, 19, 15)),
                     sign_extend(word >> 20, 12));
}

}  // namespace

std::string disassemble(u32 word, u32 pc) {
  const Decoded decoded = decode(word);
  if (decoded.row == kIllegalRow) return fmt::format(".word {:#010x}", word);
  const RowInfo& row = kRows[decoded.row];
  if (row.form == Form::kFence) return fence(decoded.row, word);
  std::string text = fmt::format("{}{}", row.name, ordering(row, word));
  const auto letters = syntax(row.form);
  if (!letters.empty()) text += ' ';
  for (const char letter : letters) text += operand(letter, decoded.operands, pc);
  return text;
}

}  // namespace ringside::zisa
