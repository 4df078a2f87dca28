// From a word to a row of the table.
#pragma once

#include <optional>
#include <string>

#include "isa/zisa/table.hpp"

namespace ringside::zisa {

/// One decoded instruction: `row` indexes kRows, or is kIllegalRow.
struct Decoded {
  unsigned row = kIllegalRow;
  Operands operands;
};

/// Number of the row that fits `word`, kIllegalRow if none does.
unsigned decode_row(u32 word);

/// Row and operands of a word.
inline Decoded decode(u32 word) {
  const unsigned row = decode_row(word);
  if (row == kIllegalRow) return {row, {.word = word}};
  return {row, operands(kRows[row].form, word)};
}

/// Row called `name`, if there is one.
std::optional<unsigned> find_row(std::string_view name);

/// Assembly text of a word at address pc ("beq a0, a1, 0x80000010"); a word that is no
/// instruction reads ".word 0x...". The text assembles back to the same word.
std::string disassemble(u32 word, u32 pc);

}  // namespace ringside::zisa
