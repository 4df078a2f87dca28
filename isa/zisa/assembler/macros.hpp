// Macros: headings, calls, and lines with arguments put in.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "isa/zisa/assembler/driver.hpp"

namespace ringside::zisa::assembler {

/// What stands for \name, in pairs of name and text.
using Arguments = std::vector<std::pair<std::string, std::string>>;

/// Reads "name a, b=1, c:req, d:vararg" behind .macro; the body is left empty.
std::optional<Macro> parse_macro(Driver& driver, Cursor& operands);

/// The arguments left in a statement, as they are written: cut at commas, and at blanks between
/// words. Quotes around an argument are taken off.
std::vector<std::string> split_arguments(const Cursor& operands);

/// Each character of the text left in a statement.
std::vector<std::string> split_characters(const Cursor& operands);

/// Where expanded lines come from.
struct Caller {
  const Line* line = nullptr;
  std::string_view macro = {};
};

/// Adds the body's lines to `lines`, with \name replaced by arguments, \@ by the number of the call
/// and \() by nothing. False, and an error noted, where this makes too much text.
bool expand(Driver& driver, const std::vector<const Line*>& body, const Arguments& arguments,
            Caller caller, std::vector<const Line*>& lines);

}  // namespace ringside::zisa::assembler
