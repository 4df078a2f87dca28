// Directives that write bytes.
#include <fmt/format.h>

#include <array>

#include "isa/zisa/assembler/directives.hpp"
#include "isa/zisa/assembler/expression.hpp"
#include "isa/zisa/assembler/fixups.hpp"

namespace ringside::zisa::assembler {

namespace {

bool append_number(Unit& unit, i64 value, unsigned width, Place place) {
  std::array<u8, 8> data{};
  store_le(data.data(), value);
  return fits_width(unit, value, width, place) && unit.append(data.data(), width, place);
}

bool append_later(Unit& unit, NodeId node, unsigned width, Place place) {
  Fixup fixup;
  fixup.at = unit.here();
  fixup.node = node;
  fixup.place = place;
  fixup.width = static_cast<u8>(width);
  const std::array<u8, 8> zeros{};
  if (!unit.append(zeros.data(), width, place)) return false;
  unit.section().fixups.push_back(fixup);
  return true;
}

// .byte, .half, .word, .dword: numbers of `width` bytes, little-endian
bool numbers(Driver& driver, Cursor& operands, i64 width) {
  Unit& unit = driver.unit;
  do {
    const Place place = operands.place();
    const std::size_t nodes = unit.nodes.size();
    unit.dot = unit.here();
    const auto node = parse_expression(unit, operands);
    if (!node) return false;
    const Node n = unit.nodes[*node];
    // Tables of numbers can be long: what is known needs no expression to be kept.
    if (n.kind == Node::Kind::kNumber) unit.nodes.resize(nodes);
    const auto bytes = static_cast<unsigned>(width);
    const bool done = n.kind == Node::Kind::kNumber ? append_number(unit, n.value, bytes, place)
                                                    : append_later(unit, *node, bytes, place);
    if (!done) return false;
  } while (operands.accept(","));
  return true;
}

// Strings side by side are one string.
bool strings(Driver& driver, Cursor& operands, i64 terminated) {
  do {
    const Place place = operands.place();
    if (operands.peek().kind != Token::Kind::kString)
      return expected(driver, operands, "a string in quotes");
    std::string all;
    while (operands.peek().kind == Token::Kind::kString) {
      const auto bytes = unescape(operands.line(), operands.take(), driver.unit.reporter);
      if (!bytes) return false;
      all += *bytes;
    }
    if (terminated) all += '\0';
    if (!driver.unit.append(reinterpret_cast<const u8*>(all.data()), all.size(), place))
      return false;
  } while (operands.accept(","));
  return true;
}

// .fill count, size, value
bool fill(Driver& driver, Cursor& operands, i64) {
  Unit& unit = driver.unit;
  const Place place = operands.place();
  std::array<i64, 3> given = {0, 1, 0};
  std::size_t i = 0;
  do {
    const auto value = parse_known(unit, operands);
    if (!value) return false;
    given[i] = *value;
  } while (++i < given.size() && operands.accept(","));
  const auto [count, size, value] = given;
  if (count < 0 || size < 0 || size > 8) {
    unit.error(place, fmt::format("cannot fill with {} numbers of {} bytes", count, size),
               "sizes are 0 to 8");
    return false;
  }
  if (size == 0) return true;
  if (value == 0 || size == 1)
    return unit.append_fill(
        static_cast<u64>(count) > kMaxNobits ? ~u64{0} : static_cast<u64>(count * size),
        static_cast<u8>(value), place);
  std::array<u8, 8> data{};
  store_le(data.data(), value);
  for (i64 n = 0; n < count; ++n)
    if (!unit.append(data.data(), static_cast<std::size_t>(size), place)) return false;
  return true;
}

std::optional<std::string> read(Driver& driver, const Token& name, Place place) {
  const auto& read_file = driver.unit.options.read_file;
  const auto path = unescape(*place.line, name, driver.unit.reporter);
  if (!path) return std::nullopt;
  auto text = read_file ? read_file(*path) : std::nullopt;
  if (!text)
    driver.unit.error(place, fmt::format("cannot read \"{}\"", *path),
                      read_file ? "names are seen from the folder of the source"
                                : "other files cannot be read here");
  return text;
}

bool include(Driver& driver, Cursor& operands, i64) {
  const Place place = operands.place();
  if (operands.peek().kind != Token::Kind::kString)
    return expected(driver, operands, "a file name in quotes");
  const Token name = operands.take();
  auto text = read(driver, name, place);
  if (!text) return false;
  driver.reader.enter_file(std::string(name.text), std::move(*text), place);
  return true;
}

// .incbin "file", skip, count
bool include_bytes(Driver& driver, Cursor& operands, i64) {
  const Place place = operands.place();
  if (operands.peek().kind != Token::Kind::kString)
    return expected(driver, operands, "a file name in quotes");
  const auto text = read(driver, operands.take(), place);
  if (!text) return false;
  std::array<i64, 2> given = {0, static_cast<i64>(text->size())};
  for (i64& value : given) {
    if (!operands.accept(",")) break;
    const auto known = parse_known(driver.unit, operands);
    if (!known) return false;
    value = *known;
  }
  const auto [skip, count] = given;
  if (skip < 0 || count < 0 || skip > static_cast<i64>(text->size())) {
    driver.unit.error(place, fmt::format("the file has {} bytes", text->size()));
    return false;
  }
  const auto part = std::string_view(*text).substr(static_cast<std::size_t>(skip),
                                                   static_cast<std::size_t>(count));
  return driver.unit.append(reinterpret_cast<const u8*>(part.data()), part.size(), place);
}

constexpr std::array kDirectives = {
    Directive{".byte", numbers, 1},   Directive{".half", numbers, 2},
    Directive{".hword", numbers, 2},  Directive{".short", numbers, 2},
    Directive{".2byte", numbers, 2},  Directive{".word", numbers, 4},
    Directive{".int", numbers, 4},    Directive{".long", numbers, 4},
    Directive{".4byte", numbers, 4},  Directive{".dword", numbers, 8},
    Directive{".quad", numbers, 8},   Directive{".8byte", numbers, 8},
    Directive{".ascii", strings, 0},  Directive{".asciz", strings, 1},
    Directive{".string", strings, 1}, Directive{".fill", fill},
    Directive{".include", include},   Directive{".incbin", include_bytes}};

}  // namespace

std::span<const Directive> data_directives() {
  return kDirectives;
}

}  // namespace ringside::zisa::assembler
