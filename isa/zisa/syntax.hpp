// How instructions are written down: shared by the assembler, the disassembler and the manual.
#pragma once

#include <string>
#include <string_view>

#include "isa/zisa/table.hpp"

namespace ringside::zisa {

/// The operands of a form in the order in which they are written, a letter each: d rd, s rs1,
/// t rs2, i immediate of 12 bits, h shift amount, u upper 20 bits, b target of a jump, c control
/// register, f the two sets of a fence. Commas and parentheses stand for themselves.
constexpr std::string_view syntax(Form form) {
  switch (form) {
    case Form::kRegister:
      return "d,s,t";
    case Form::kImmediate:
      return "d,s,i";
    case Form::kShift:
      return "d,s,h";
    case Form::kLoad:
      return "d,i(s)";
    case Form::kStore:
      return "t,i(s)";
    case Form::kBranch:
      return "s,t,b";
    case Form::kUpper:
      return "d,u";
    case Form::kJump:
      return "d,b";
    case Form::kIndirect:
      return "d,i(s)";
    case Form::kAtomic:
      return "d,t,(s)";
    case Form::kReserve:
      return "d,(s)";
    case Form::kFence:
      return "f";
    case Form::kNone:
      return "";
    case Form::kRd:
      return "d";
    case Form::kRs1:
      return "s";
    case Form::kRdRs1:
      return "d,s";
    case Form::kReadCr:
      return "d,c";
    case Form::kWriteCr:
      return "c,s";
  }
  return "";
}

/// Whether a form has the bits aq and rl, written as the suffixes .aq, .rl and .aqrl.
constexpr bool is_atomic(Form form) {
  return form == Form::kAtomic || form == Form::kReserve;
}
inline constexpr u32 kAcquire = 1u << 26;
inline constexpr u32 kRelease = 1u << 25;

/// Whether a row takes the two sets of a fence ("rw, w"); fence.i has the form but no operands.
constexpr bool takes_sets(unsigned row) {
  return row == row_of("fence");
}

/// Operands of a syntax as a manual writes them: "d,i(s)" gives "rd, imm(rs1)".
std::string operand_names(std::string_view syntax);

/// An instruction as a manual writes it: "lw rd, imm(rs1)".
std::string usage(unsigned row);

/// Popek and Goldberg's classes in words, in the order control, mode, location, time;
/// "innocuous" where there is none.
std::string class_names(const Sensitivity& sensitivity);

/// A short mark for listings and reports: a letter for each class of the row (C control, M mode,
/// L location, T time), and ! behind them where the row is a hole: sensitive, and not trapping in
/// user mode on `zisa`. Empty for innocuous instructions and for kIllegalRow.
std::string sensitivity_mark(unsigned row);

}  // namespace ringside::zisa
