// Directives about the source itself: macros, repetitions, messages, and those that are accepted
// for the sake of compilers' output.
#include <fmt/format.h>

#include <array>

#include "isa/zisa/assembler/directives.hpp"
#include "isa/zisa/assembler/expression.hpp"
#include "isa/zisa/assembler/instructions.hpp"
#include "isa/zisa/assembler/macros.hpp"

namespace ringside::zisa::assembler {

namespace {

const std::vector<std::string_view> kRepeats = {".rept", ".irp", ".irpc"};

// Messages point at the directive, which stands right before its operands.
Place directive_place(const Cursor& operands) {
  const Line& line = operands.line();
  const auto blank = line.text.find_first_not_of(" \t");
  return {&line, line.column + static_cast<u32>(blank == std::string_view::npos ? 0 : blank)};
}

bool macro(Driver& driver, Cursor& operands, i64) {
  const Place place = directive_place(operands);
  auto made = parse_macro(driver, operands);
  // The body is taken away even where the heading is wrong, lest it be assembled.
  auto body = driver.reader.block({".macro"}, ".endm", place);
  if (!made || !body) return false;
  made->body = std::move(*body);
  const std::string name = made->name;
  driver.macros.insert_or_assign(name, std::move(*made));
  return true;
}

bool purge_macro(Driver& driver, Cursor& operands, i64) {
  const auto name = operands.accept_name();
  if (!name) return expected(driver, operands, "the name of a macro");
  const auto found = driver.macros.find(name->text);
  if (found != driver.macros.end()) driver.macros.erase(found);
  return true;
}

bool exit_macro(Driver& driver, Cursor& operands, i64) {
  const auto open = driver.reader.leave_macro();
  if (open) {
    if (driver.conditions.size() > *open)
      driver.conditions.erase(driver.conditions.begin() + static_cast<std::ptrdiff_t>(*open),
                              driver.conditions.end());
    return true;
  }
  driver.unit.error(directive_place(operands), ".exitm outside of a macro");
  return false;
}

bool repeat(Driver& driver, Cursor& operands, i64) {
  const Place place = directive_place(operands);
  const auto count = parse_known(driver.unit, operands);
  auto body = driver.reader.block(kRepeats, ".endr", place);
  if (!count || !body) return false;
  if (*count > 0) driver.reader.enter(std::move(*body), static_cast<u64>(*count), false, 0, place);
  return true;
}

// .irp name, a, b, c: the lines once for each, with \name replaced; .irpc: for each character
bool repeat_over(Driver& driver, Cursor& operands, i64 characters) {
  const Place place = directive_place(operands);
  const auto name = operands.accept_name();
  operands.accept(",");
  const auto body = driver.reader.block(kRepeats, ".endr", place);
  if (!name) return expected(driver, operands, "a name");
  if (!body) return false;
  const auto values = characters ? split_characters(operands) : split_arguments(operands);
  while (!operands.at_end()) operands.take();
  std::vector<const Line*> lines;
  for (const auto& value : values)
    if (!expand(driver, *body, {{std::string(name->text), value}}, {}, lines)) return false;
  driver.reader.enter(std::move(lines), 1, false, 0, place);
  return true;
}

bool closer(Driver& driver, Cursor& operands, i64 repeats) {
  driver.unit.error(directive_place(operands),
                    repeats ? ".endr without .rept" : ".endm without .macro");
  return false;
}

bool message(Driver& driver, Cursor& operands, i64) {
  std::string text = "stopped by .err";
  if (operands.peek().kind == Token::Kind::kString) text = operands.take().text;
  driver.unit.error(directive_place(operands), std::move(text));
  return false;
}

bool insn(Driver& driver, Cursor& operands, i64) {
  assemble_insn(driver.unit, operands);
  while (!operands.at_end()) operands.take();
  return true;
}

bool end(Driver& driver, Cursor&, i64) {
  driver.ended = true;
  return true;
}

bool ignored(Driver&, Cursor& operands, i64) {
  while (!operands.at_end()) operands.take();
  return true;
}

constexpr std::array kDirectives = {
    Directive{".macro", macro}, Directive{".endm", closer, 0}, Directive{".purgem", purge_macro},
    Directive{".exitm", exit_macro}, Directive{".rept", repeat}, Directive{".irp", repeat_over, 0},
    Directive{".irpc", repeat_over, 1}, Directive{".endr", closer, 1}, Directive{".err", message},
    Directive{".error", message}, Directive{".insn", insn}, Directive{".end", end},
    // What they say is of no use to a machine with one instruction set and without unwinding.
    Directive{".option", ignored}, Directive{".attribute", ignored},
    Directive{".gnu_attribute", ignored}, Directive{".file", ignored}, Directive{".loc", ignored},
    Directive{".ident", ignored}, Directive{".addrsig", ignored},
    Directive{".addrsig_sym", ignored}};

}  // namespace

std::span<const Directive> source_directives() {
  return kDirectives;
}

}  // namespace ringside::zisa::assembler
