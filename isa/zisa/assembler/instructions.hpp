// From a mnemonic and its operands to words and fixups.
#pragma once

#include "isa/zisa/assembler/lexer.hpp"
#include "isa/zisa/assembler/unit.hpp"

namespace ringside::zisa::assembler {

/// Assembles one instruction or pseudo-instruction. `operands` stands behind the mnemonic.
void assemble_instruction(Unit& unit, const Token& mnemonic, Cursor operands);

/// The directive .insn: an instruction by its fields.
void assemble_insn(Unit& unit, Cursor& operands);

/// Operands read from the source: their bits in the word, and what is still to be computed.
struct ParsedOperands {
  u32 bits = 0;
  NodeId node = kNoNode;  ///< of the immediate, if there is one
  Modifier modifier = Modifier::kNone;
  Place place;  ///< of the immediate
};

/// Reads operands in the given syntax (see isa/zisa/syntax.hpp) up to the end of the statement.
/// Nothing, and an error noted with `usage`, where they do not fit.
std::optional<ParsedOperands> parse_operands(Unit& unit, Cursor& cursor, std::string_view syntax,
                                             const std::string& usage);

/// Appends an instruction whose operands were read; `word` holds the bits that are fixed.
void append_instruction(Unit& unit, u32 word, Form form, const ParsedOperands& operands,
                        Place place);

/// Whether a token is the name of a register.
std::optional<u32> register_of(const Token& token);

}  // namespace ringside::zisa::assembler
