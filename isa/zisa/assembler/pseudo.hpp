// Pseudo-instructions as data: what is written, and the instructions that it stands for.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "isa/zisa/assembler/lexer.hpp"
#include "isa/zisa/assembler/unit.hpp"

namespace ringside::zisa::assembler {

/// `shapes` has a letter per operand: r register, m offset(register), e anything else. In `text`
/// \0, \1, \2 are the operands and instructions are cut by ';'. The names <load> and <store> mean
/// every instruction of that form, whose name is \9.
struct Pseudo {
  std::string_view name;
  std::string_view shapes;
  std::string_view text;
};

std::span<const Pseudo> pseudo_instructions();

/// Writes a pseudo-instruction's instructions. False where (name, operands) is none.
bool expand_pseudo(Unit& unit, const Token& mnemonic, const Cursor& operands);

/// Forms that `name` is written in ("mv register, register"), empty where it is no
/// pseudo-instruction.
std::string pseudo_usage(std::string_view name);

/// Instructions of RISC-V that Z-ISA lacks: what to use instead; empty where `name` is none.
std::string_view foreign_remedy(std::string_view name);

}  // namespace ringside::zisa::assembler
