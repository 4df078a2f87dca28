// .if and its kin.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "isa/zisa/assembler/directives.hpp"
#include "isa/zisa/assembler/expression.hpp"

namespace ringside::zisa::assembler {

namespace {

// How a number decides, by the end of the directive's name.
struct Test {
  std::string_view name;
  bool (*holds)(i64 value);
};
constexpr std::array kTests = {
    Test{".if", [](i64 v) { return v != 0; }},   Test{".ifne", [](i64 v) { return v != 0; }},
    Test{".ifeq", [](i64 v) { return v == 0; }}, Test{".iflt", [](i64 v) { return v < 0; }},
    Test{".ifle", [](i64 v) { return v <= 0; }}, Test{".ifgt", [](i64 v) { return v > 0; }},
    Test{".ifge", [](i64 v) { return v >= 0; }}};

constexpr std::array<std::string_view, 8> kOthers = {".ifdef", ".ifndef", ".ifnotdef", ".ifb",
                                                     ".ifnb",  ".ifc",    ".ifnc",     ".elseif"};

std::optional<bool> is_defined(Driver& driver, Cursor& operands) {
  const auto name = operands.accept_name();
  if (!name) return expected(driver, operands, "the name of a symbol"), std::nullopt;
  const auto symbol = driver.unit.find_symbol(name->text);
  return symbol && driver.unit.symbols[*symbol].kind != Symbol::Kind::kUndefined;
}

std::string take_text(Cursor& operands, bool to_comma) {
  std::string text;
  while (!operands.at_end() && !(to_comma && operands.peek().is(","))) text += operands.take().text;
  return text;
}

bool same_text(Cursor& operands) {
  const std::string first = take_text(operands, true);
  operands.accept(",");
  return first == take_text(operands, false);
}

// What a condition says; a wrong one counts as false, its error being noted.
bool holds(Driver& driver, std::string_view name, Cursor& operands) {
  if (name == ".ifdef") return is_defined(driver, operands).value_or(false);
  if (name == ".ifndef" || name == ".ifnotdef") return !is_defined(driver, operands).value_or(true);
  if (name == ".ifb") return take_text(operands, false).empty();
  if (name == ".ifnb") return !take_text(operands, false).empty();
  if (name == ".ifc") return same_text(operands);
  if (name == ".ifnc") return !same_text(operands);
  const auto value = parse_known(driver.unit, operands);
  if (!value) return false;
  for (const auto& test : kTests)
    if (test.name == name) return test.holds(*value);
  return *value != 0;  // .elseif
}

void take_rest(Cursor& operands) {
  while (!operands.at_end()) operands.take();
}

void open(Driver& driver, const Token& name, Cursor& operands) {
  const bool outer = !driver.skipping();
  const Place place = operands.place_of(name);
  if (!outer) take_rest(operands);
  const bool active = outer && holds(driver, name.text, operands);
  // Inside of skipped lines no branch is ever taken.
  driver.conditions.push_back({active, active || !outer, false, place});
}

void branch(Driver& driver, const Token& name, Cursor& operands) {
  Condition& c = driver.conditions.back();
  const bool is_else = name.text == ".else";
  if (c.has_else)
    driver.unit.error(operands.place_of(name), fmt::format("{} behind .else", name.text));
  c.has_else |= is_else;
  if (c.was_active) take_rest(operands);
  c.active = !c.was_active && (is_else || holds(driver, name.text, operands));
  c.was_active |= c.active;
}

}  // namespace

bool is_conditional(std::string_view name) {
  const auto has_name = [name](const auto& test) { return test.name == name; };
  return std::any_of(kTests.begin(), kTests.end(), has_name) ||
         std::find(kOthers.begin(), kOthers.end(), name) != kOthers.end() || name == ".else" ||
         name == ".endif";
}

void assemble_conditional(Driver& driver, const Token& name, Cursor& operands) {
  const bool closes = name.text == ".else" || name.text == ".elseif" || name.text == ".endif";
  if (closes && driver.conditions.empty())
    return driver.unit.error(operands.place_of(name), fmt::format("{} without .if", name.text));
  if (!closes)
    open(driver, name, operands);
  else if (name.text == ".endif")
    driver.conditions.pop_back();
  else
    branch(driver, name, operands);
}

}  // namespace ringside::zisa::assembler
