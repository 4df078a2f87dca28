// Expressions over numbers, symbols and `.`, with the operators of C.
#pragma once

#include <tl/expected.hpp>

#include "isa/zisa/assembler/lexer.hpp"
#include "isa/zisa/assembler/unit.hpp"

namespace ringside::zisa::assembler {

/// Reads an expression as far as it goes. Nothing, and an error noted, where there is none.
/// Symbols that were given a value by .set stand for the value that they have here.
std::optional<NodeId> parse_expression(Unit& unit, Cursor& cursor);

NodeId number_node(Unit& unit, i64 value, Place place);

/// A number, or the distance of a place from the start of its section.
struct Value {
  static constexpr u32 kAbsolute = ~u32{0};
  i64 number = 0;
  u32 section = kAbsolute;
  u32 stretch = 0;
  bool absolute() const { return section == kAbsolute; }
};

struct EvaluationError {
  enum class Kind : u8 { kUndefined, kNotYet, kDivision, kTooDeep, kTooLong };
  Kind kind;
  Place place;
  u32 symbol = 0;  ///< of kUndefined
};

/// Early, addresses are not known: only distances inside a section are. At the end all are.
enum class When : u8 { kEarly, kFinal };

tl::expected<Value, EvaluationError> evaluate(const Unit& unit, NodeId node, When when);

/// The value of a node at the end; an error is noted where it has none.
std::optional<i64> final_value(Unit& unit, NodeId node);

/// The value of a node that must be known now, as counts are.
std::optional<i64> known_value(Unit& unit, NodeId node);

/// Reads an expression that must be known now.
std::optional<i64> parse_known(Unit& unit, Cursor& cursor);

}  // namespace ringside::zisa::assembler
