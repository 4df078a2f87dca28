// Directives, in tables of name and function, a table for each kind.
#pragma once

#include <span>

#include "isa/zisa/assembler/driver.hpp"

namespace ringside::zisa::assembler {

struct Directive {
  std::string_view name;
  /// Reads the operands and does the work. False where an error was noted; what it leaves unread
  /// is an error too.
  bool (*handle)(Driver& driver, Cursor& operands, i64 argument);
  i64 argument = 0;  ///< tells directives apart that share a function
};

std::span<const Directive> data_directives();
std::span<const Directive> place_directives();
std::span<const Directive> section_directives();
std::span<const Directive> symbol_directives();
std::span<const Directive> source_directives();

/// Assembles a directive; `name` begins with a dot.
void assemble_directive(Driver& driver, const Token& name, Cursor& operands);

/// `name = expression` and .set; `name` may be `.`, which is .org.
bool assign(Driver& driver, const Token& name, Cursor& operands, bool for_ever);

/// Notes "expected ..., found ...". Gives false.
bool expected(Driver& driver, const Cursor& operands, std::string_view what);

}  // namespace ringside::zisa::assembler
