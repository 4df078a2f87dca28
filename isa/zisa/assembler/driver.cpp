#include "isa/zisa/assembler/driver.hpp"

#include <fmt/format.h>

#include "isa/zisa/assembler/directives.hpp"
#include "isa/zisa/assembler/instructions.hpp"

namespace ringside::zisa::assembler {

namespace {

// Column behind the last character of a statement.
u32 end_column(const Line& line) {
  const auto last = line.text.find_last_not_of(" \t");
  return line.column + static_cast<u32>(last == std::string_view::npos ? 0 : last + 1);
}

constexpr auto kTables = {data_directives, place_directives, section_directives, symbol_directives,
                          source_directives};

const Directive* find_directive(std::string_view name) {
  for (const auto table : kTables)
    for (const Directive& d : table())
      if (d.name == name) return &d;
  return nullptr;
}

void unknown_directive(Driver& driver, const Token& name, const Cursor& operands) {
  std::vector<std::string_view> names;
  for (const auto table : kTables)
    for (const Directive& d : table()) names.push_back(d.name);
  driver.unit.error(operands.place_of(name), fmt::format("unknown directive {}", quoted(name)),
                    did_you_mean(name.text, names));
}

}  // namespace

bool expected(Driver& driver, const Cursor& operands, std::string_view what) {
  driver.unit.error(operands.place(),
                    fmt::format("expected {}, found {}", what, quoted(operands.peek())));
  return false;
}

void assemble_directive(Driver& driver, const Token& name, Cursor& operands) {
  if (name.text.starts_with(".cfi_")) return;  // for unwinding, which nothing here does
  const Directive* directive = find_directive(name.text);
  if (!directive) return unknown_directive(driver, name, operands);
  if (!directive->handle(driver, operands, directive->argument)) return;
  if (!operands.at_end()) expected(driver, operands, "the end of the statement");
}

void Driver::run() {
  while (!ended && !unit.reporter.full()) {
    const Line* line = reader.next();
    if (!line) break;
    statement(*line);
  }
  if (!conditions.empty() && !ended) unit.error(conditions.back().place, "this has no .endif");
}

void Driver::statement(const Line& line) {
  if (skipping() && !is_conditional(first_word(line.text))) return;
  const auto tokens = lex(line, unit.reporter);
  if (!tokens) return;
  Cursor cursor(line, *tokens, end_column(line));
  unit.dot = unit.here();
  labels(cursor);
  if (!cursor.at_end()) dispatch(cursor);
}

void Driver::labels(Cursor& cursor) {
  using Kind = Token::Kind;
  while (cursor.peek(1).is(":")) {
    const Token label = cursor.peek();
    if (label.kind != Kind::kName && label.kind != Kind::kNumber) return;
    const Place place = cursor.place();
    cursor.take();
    cursor.take();
    if (label.kind == Kind::kName)
      unit.define_label(label.text, place);
    else
      unit.define_local_label(label.value, place);
  }
}

void Driver::dispatch(Cursor& cursor) {
  if (cursor.peek().kind != Token::Kind::kName) {
    expected(*this, cursor, "a label, a directive or an instruction");
    return;
  }
  const Token name = cursor.take();
  if (const auto macro = macros.find(name.text); macro != macros.end())
    return call_macro(*this, macro->second, cursor, name);
  if (cursor.accept("=")) {
    if (name.text == ".")
      return assemble_directive(*this, {name.kind, ".org", name.column}, cursor);
    if (assign(*this, name, cursor, false) && !cursor.at_end())
      expected(*this, cursor, "the end of the statement");
    return;
  }
  if (is_conditional(name.text)) return assemble_conditional(*this, name, cursor);
  if (name.text[0] == '.') return assemble_directive(*this, name, cursor);
  assemble_instruction(unit, name, cursor);
}

}  // namespace ringside::zisa::assembler
