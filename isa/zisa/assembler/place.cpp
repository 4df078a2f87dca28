// Directives that move the place where the next byte goes: padding, gaps, .org.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "isa/zisa/assembler/directives.hpp"
#include "isa/zisa/assembler/expression.hpp"

namespace ringside::zisa::assembler {

namespace {

constexpr i64 kMaxAlign = i64{1} << 22;  // 4 MiB, the largest page

// A fill value behind a comma, if there is one.
std::optional<u8> fill_value(Driver& driver, Cursor& operands) {
  if (!operands.accept(",")) return u8{0};
  const auto value = parse_known(driver.unit, operands);
  if (!value) return std::nullopt;
  return static_cast<u8>(*value);
}

bool append_stretch(Driver& driver, Stretch::Kind kind, NodeId node, u32 amount, u8 fill,
                    Place place) {
  Stretch stretch{};
  stretch.kind = kind;
  stretch.node = node;
  stretch.amount = amount;
  stretch.word = fill;
  stretch.place = place;
  return driver.unit.append_stretch(stretch);
}

// .space count, fill
bool space(Driver& driver, Cursor& operands, i64) {
  Unit& unit = driver.unit;
  const Place place = operands.place();
  const auto node = parse_expression(unit, operands);
  if (!node) return false;
  const auto fill = fill_value(driver, operands);
  if (!fill) return false;
  const auto count = evaluate(unit, *node, When::kEarly);
  if (!count || !count->absolute())
    return append_stretch(driver, Stretch::Kind::kSpace, *node, 0, *fill, place);
  if (count->number >= 0) return unit.append_fill(static_cast<u64>(count->number), *fill, place);
  unit.error(place, fmt::format("{} bytes are less than none", count->number));
  return false;
}

// The number in bytes, from a power of two (.align 2 means 4 bytes) or as it stands (.balign 4).
std::optional<i64> alignment(Driver& driver, Cursor& operands, bool is_power) {
  const Place place = operands.place();
  const auto given = parse_known(driver.unit, operands);
  if (!given) return std::nullopt;
  const i64 bytes = is_power ? (*given >= 0 && *given < 62 ? i64{1} << *given : -1)
                             : std::max<i64>(*given, *given == 0);
  if (bytes > 0 && bytes <= kMaxAlign && is_power_of_two(static_cast<u64>(bytes))) return bytes;
  driver.unit.error(place, fmt::format("cannot align to {}", *given),
                    is_power ? ".align takes the exponent of a power of two, from 0 to 22"
                             : ".balign takes a power of two up to 4194304");
  return std::nullopt;
}

// .align amount, fill, most padding; fill may be left empty
bool align(Driver& driver, Cursor& operands, i64 is_power) {
  Unit& unit = driver.unit;
  Stretch stretch{};
  stretch.kind = Stretch::Kind::kAlign;
  stretch.place = operands.place();
  const auto bytes = alignment(driver, operands, is_power);
  if (!bytes) return false;
  stretch.code = unit.section().executable;
  if (operands.accept(",") && !operands.peek().is(",")) {
    const auto fill = parse_known(unit, operands);
    if (!fill) return false;
    stretch.word = static_cast<u8>(*fill);
    stretch.code = false;
  }
  if (operands.accept(",")) {
    const auto most = parse_known(unit, operands);
    if (!most) return false;
    stretch.at_most = static_cast<u32>(std::clamp<i64>(*most, 0, kMaxAlign));
  }
  stretch.amount = static_cast<u32>(*bytes);
  unit.section().align = std::max(unit.section().align, stretch.amount);
  return unit.append_stretch(stretch);
}

// .org place, fill
bool origin(Driver& driver, Cursor& operands, i64) {
  const Place place = operands.place();
  const auto node = parse_expression(driver.unit, operands);
  if (!node) return false;
  const auto fill = fill_value(driver, operands);
  if (!fill) return false;
  const auto value = evaluate(driver.unit, *node, When::kEarly);
  const bool is_offset = value && value->absolute();
  return append_stretch(driver, Stretch::Kind::kOrigin, *node, is_offset, *fill, place);
}

constexpr std::array kDirectives = {Directive{".space", space},      Directive{".skip", space},
                                    Directive{".zero", space},       Directive{".align", align, 1},
                                    Directive{".p2align", align, 1}, Directive{".balign", align, 0},
                                    Directive{".org", origin}};

}  // namespace

std::span<const Directive> place_directives() {
  return kDirectives;
}

}  // namespace ringside::zisa::assembler
