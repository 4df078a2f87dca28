// Directives about symbols: values, visibility, types, sizes.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "isa/zisa/assembler/directives.hpp"
#include "isa/zisa/assembler/expression.hpp"

namespace ringside::zisa::assembler {

namespace {

std::optional<Token> symbol_name(Driver& driver, Cursor& operands) {
  const auto name = operands.accept_name();
  if (!name || name->text == ".") expected(driver, operands, "the name of a symbol");
  return name;
}

// .set name, value
bool set(Driver& driver, Cursor& operands, i64 for_ever) {
  const auto name = symbol_name(driver, operands);
  if (!name) return false;
  if (!operands.accept(",")) return expected(driver, operands, "','");
  return assign(driver, *name, operands, for_ever);
}

enum Visibility : i64 { kGlobal, kLocal, kWeak, kUnchanged };

// .globl a, b, c and its kin
bool visibility(Driver& driver, Cursor& operands, i64 which) {
  do {
    const auto name = symbol_name(driver, operands);
    if (!name) return false;
    Symbol& s = driver.unit.symbols[driver.unit.symbol(name->text)];
    if (which == kGlobal) s.global = true;
    if (which == kWeak) s.weak = true;
    if (which == kLocal) s.global = s.weak = false;
  } while (operands.accept(","));
  return true;
}

// .type name, @function (also %function, STT_FUNC)
bool type(Driver& driver, Cursor& operands, i64) {
  const auto name = symbol_name(driver, operands);
  if (!name) return false;
  operands.accept(",");
  operands.accept("@");
  const Token what = operands.take();
  Symbol& s = driver.unit.symbols[driver.unit.symbol(name->text)];
  using Type = Assembly::Symbol::Type;
  if (what.text == "function" || what.text == "STT_FUNC")
    s.type = Type::kFunction;
  else if (what.text == "object" || what.text == "STT_OBJECT")
    s.type = Type::kObject;
  else if (what.text == "notype" || what.text == "STT_NOTYPE")
    s.type = Type::kNone;
  else {
    driver.unit.error(operands.place_of(what), fmt::format("unknown type {}", quoted(what)),
                      "types are @function, @object and @notype");
    return false;
  }
  return true;
}

// .size name, value
bool size(Driver& driver, Cursor& operands, i64) {
  const auto name = symbol_name(driver, operands);
  if (!name) return false;
  if (!operands.accept(",")) return expected(driver, operands, "','");
  const auto node = parse_expression(driver.unit, operands);
  if (node) driver.unit.symbols[driver.unit.symbol(name->text)].size = *node;
  return node.has_value();
}

// .comm name, size, alignment: room in .bss
bool common(Driver& driver, Cursor& operands, i64 is_global) {
  Unit& unit = driver.unit;
  const Place place = operands.place();
  const auto name = symbol_name(driver, operands);
  if (!name) return false;
  if (!operands.accept(",")) return expected(driver, operands, "','");
  const auto bytes = parse_known(unit, operands);
  if (!bytes) return false;
  const auto align = operands.accept(",") ? parse_known(unit, operands) : std::optional<i64>(1);
  if (!align) return false;
  if (*bytes < 0 || *align < 1 || *align > 4096 || !is_power_of_two(static_cast<u64>(*align))) {
    unit.error(place, "this size or alignment cannot be",
               "the alignment is a power of two up to 4096");
    return false;
  }
  const u32 back = unit.current;
  unit.current = unit.section_called(".bss");
  Section& bss = unit.section();
  bss.align = std::max(bss.align, static_cast<u32>(*align));
  Stretch stretch{};
  stretch.kind = Stretch::Kind::kAlign;
  stretch.amount = static_cast<u32>(*align);
  stretch.place = place;
  unit.append_stretch(stretch);
  unit.define_label(name->text, place);
  Symbol& s = unit.symbols[unit.symbol(name->text)];
  s.global = is_global;
  s.type = Assembly::Symbol::Type::kObject;
  s.size = number_node(unit, *bytes, place);
  const bool done = unit.append_fill(static_cast<u64>(*bytes), 0, place);
  unit.current = back;
  return done;
}

constexpr std::array kDirectives = {Directive{".set", set, 0},
                                    Directive{".equ", set, 0},
                                    Directive{".equiv", set, 1},
                                    Directive{".globl", visibility, kGlobal},
                                    Directive{".global", visibility, kGlobal},
                                    Directive{".local", visibility, kLocal},
                                    Directive{".weak", visibility, kWeak},
                                    Directive{".extern", visibility, kUnchanged},
                                    Directive{".hidden", visibility, kUnchanged},
                                    Directive{".protected", visibility, kUnchanged},
                                    Directive{".internal", visibility, kUnchanged},
                                    Directive{".type", type},
                                    Directive{".size", size},
                                    Directive{".comm", common, 1},
                                    Directive{".lcomm", common, 0}};

}  // namespace

std::span<const Directive> symbol_directives() {
  return kDirectives;
}

bool assign(Driver& driver, const Token& name, Cursor& operands, bool for_ever) {
  Unit& unit = driver.unit;
  const Place place = operands.place_of(name);
  const auto node = parse_expression(unit, operands);
  if (!node) return false;
  // Taken after reading the value, which may have made new symbols.
  Symbol& s = unit.symbols[unit.symbol(name.text)];
  const bool taken =
      s.kind == Symbol::Kind::kLabel || s.fixed || (for_ever && s.kind != Symbol::Kind::kUndefined);
  if (taken) {
    unit.error(place, fmt::format("{} is already defined", quoted(name)),
               "only symbols made by .set, .equ or = can be set again");
    return false;
  }
  const auto value = evaluate(unit, *node, When::kEarly);
  s.kind = Symbol::Kind::kExpression;
  s.node = value && value->absolute() ? number_node(unit, value->number, place) : *node;
  s.fixed = for_ever;
  s.defined = place;
  return true;
}

}  // namespace ringside::zisa::assembler
