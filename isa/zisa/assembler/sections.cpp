// Directives that choose the section.
#include <fmt/format.h>

#include <array>

#include "isa/zisa/assembler/directives.hpp"
#include "isa/zisa/assembler/expression.hpp"

namespace ringside::zisa::assembler {

namespace {

constexpr std::size_t kMaxSections = 1000;

// A section's name may hold characters that no symbol has (.note.GNU-stack), so it is taken as it
// stands up to the next comma.
std::optional<std::string> section_name(Driver& driver, Cursor& operands) {
  const Token first = operands.peek();
  if (first.kind == Token::Kind::kString) return std::string(operands.take().text);
  if (first.kind != Token::Kind::kName)
    return expected(driver, operands, "the name of a section"), std::nullopt;
  const char* end = first.text.data();
  while (!operands.at_end() && !operands.peek().is(",")) {
    const Token& token = operands.take();
    end = token.text.data() + token.text.size();
  }
  return std::string(first.text.data(), end);
}

bool set_flags(Driver& driver, Section& s, const Token& flags, const Cursor& operands) {
  s.allocated = s.writable = s.executable = false;
  for (const char c : flags.text) {
    if (c == 'a')
      s.allocated = true;
    else if (c == 'w')
      s.writable = true;
    else if (c == 'x')
      s.executable = true;
    else if (std::string_view("MSGoTeR?").find(c) == std::string_view::npos) {
      driver.unit.error(operands.place_of(flags), fmt::format("unknown flag '{}'", c),
                        "flags are a (loaded), w (writable), x (code)");
      return false;
    }
  }
  if (s.executable) s.align = std::max(s.align, 4u);
  return true;
}

// @progbits, @nobits, @note; % may stand for @.
bool set_type(Driver& driver, Section& s, Cursor& operands) {
  operands.accept("@");
  const Token type = operands.take();
  if (type.text == "nobits")
    s.nobits = true;
  else if (type.text == "note")
    s.note = true;
  else if (type.text != "progbits") {
    driver.unit.error(operands.place_of(type), fmt::format("unknown type {}", quoted(type)),
                      "types are @progbits, @nobits and @note");
    return false;
  }
  return true;
}

bool same_flags(const Section& a, const Section& b) {
  return a.allocated == b.allocated && a.writable == b.writable && a.executable == b.executable;
}

// "flags", @type; what follows them (sizes of entries, groups) concerns linkers only.
bool attributes(Driver& driver, Section& s, bool is_new, Cursor& operands) {
  Section declared = s;
  const Token flags = operands.take();
  if (flags.kind != Token::Kind::kString) return expected(driver, operands, "flags in quotes");
  if (!set_flags(driver, declared, flags, operands)) return false;
  if (operands.accept(",") && !set_type(driver, declared, operands)) return false;
  while (!operands.at_end()) operands.take();
  if (!is_new && !same_flags(s, declared)) {
    driver.unit.error(operands.place_of(flags),
                      fmt::format("section {} was begun with other flags", s.name),
                      "leave the flags away here");
    return false;
  }
  if (is_new) s = std::move(declared);
  return true;
}

bool section(Driver& driver, Cursor& operands, i64 push) {
  Unit& unit = driver.unit;
  const Place place = operands.place();
  const auto name = section_name(driver, operands);
  if (!name) return false;
  const std::size_t before = unit.sections.size();
  const u32 number = unit.section_called(*name);
  const bool is_new = unit.sections.size() != before;
  if (unit.sections.size() > kMaxSections)
    return unit.error(place, fmt::format("more than {} sections", kMaxSections)), false;
  if (operands.accept(",") && !attributes(driver, unit.sections[number], is_new, operands))
    return false;
  if (push) driver.pushed_sections.emplace_back(unit.current, unit.previous);
  unit.switch_to(number);
  return true;
}

bool pop_section(Driver& driver, Cursor& operands, i64) {
  if (driver.pushed_sections.empty()) {
    driver.unit.error(operands.place(), ".popsection without .pushsection");
    return false;
  }
  std::tie(driver.unit.current, driver.unit.previous) = driver.pushed_sections.back();
  driver.pushed_sections.pop_back();
  return true;
}

bool previous_section(Driver& driver, Cursor&, i64) {
  driver.unit.switch_to(driver.unit.previous);
  return true;
}

constexpr std::array<std::string_view, 4> kShort = {".text", ".data", ".rodata", ".bss"};

bool short_section(Driver& driver, Cursor&, i64 which) {
  driver.unit.switch_to(driver.unit.section_called(kShort[static_cast<std::size_t>(which)]));
  return true;
}

constexpr std::array kDirectives = {
    Directive{kShort[0], short_section, 0}, Directive{kShort[1], short_section, 1},
    Directive{kShort[2], short_section, 2}, Directive{kShort[3], short_section, 3},
    Directive{".section", section, 0},      Directive{".pushsection", section, 1},
    Directive{".popsection", pop_section},  Directive{".previous", previous_section}};

}  // namespace

std::span<const Directive> section_directives() {
  return kDirectives;
}

}  // namespace ringside::zisa::assembler
