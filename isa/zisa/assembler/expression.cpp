#include "isa/zisa/assembler/expression.hpp"

#include <fmt/format.h>

#include <array>

#include "isa/zisa/assembler/operators.hpp"

namespace ringside::zisa::assembler {

namespace {

using Kind = Token::Kind;

class Parser {
 public:
  Parser(Unit& unit, Cursor& cursor) : unit_(unit), cursor_(cursor) {}

  // Precedence climbing: operators that bind at least as tightly as `lowest`.
  std::optional<NodeId> binary(int lowest, const Operator** top = nullptr) {
    if (++depth_ > kMaxDepth) return too_deep();
    auto left = unary();
    const Operator* left_top = nullptr;
    while (left) {
      const Operator* op = find_operator(cursor_.peek());
      if (!op || op->in_c < lowest) break;
      const Place place = cursor_.place();
      cursor_.take();
      const Operator* right_top = nullptr;
      const auto right = binary(op->in_c + 1, &right_top);
      if (!right) return std::nullopt;
      if ((left_top && left_top->in_gnu < op->in_gnu) ||
          (right_top && right_top->in_gnu <= op->in_gnu))
        return ambiguous(*op, left_top ? *left_top : *right_top, place);
      left = combine(*op, *left, *right, place);
      left_top = op;
    }
    --depth_;
    if (top) *top = left_top;
    return left;
  }

 private:
  std::optional<NodeId> too_deep() {
    unit_.error(cursor_.place(), "the expression is nested too deeply");
    return std::nullopt;
  }

  std::optional<NodeId> ambiguous(const Operator& a, const Operator& b, Place place) {
    unit_.error(place,
                fmt::format("C and GNU as read '{}' beside '{}' differently", a.text, b.text),
                "say with parentheses which is meant");
    return std::nullopt;
  }

  NodeId add(Node node) {
    unit_.nodes.push_back(node);
    return static_cast<NodeId>(unit_.nodes.size() - 1);
  }

  // Numbers are combined at once, which keeps `.set n, n + 1` from growing for ever.
  NodeId combine(const Operator& op, NodeId a, NodeId b, Place place) {
    const Node& left = unit_.nodes[a];
    const Node& right = unit_.nodes[b];
    if (left.kind == Node::Kind::kNumber && right.kind == Node::Kind::kNumber)
      if (const auto value = apply(op.code, left.value, right.value))
        return number_node(unit_, *value, left.place);
    return add({Node::Kind::kBinary, op.code, a, b, 0, place});
  }

  std::optional<NodeId> unary() {
    const Token& token = cursor_.peek();
    for (const char op : {'-', '~', '!', '+'}) {
      if (!token.is({&op, 1})) continue;
      const Place place = cursor_.place();
      cursor_.take();
      if (++depth_ > kMaxDepth) return too_deep();
      const auto operand = unary();
      --depth_;
      if (!operand) return std::nullopt;
      const Node& node = unit_.nodes[*operand];
      if (node.kind == Node::Kind::kNumber)
        return number_node(unit_, apply_unary(static_cast<u8>(op), node.value), place);
      return add({Node::Kind::kUnary, static_cast<u8>(op), *operand, 0, 0, place});
    }
    return primary();
  }

  std::optional<NodeId> primary() {
    const Place place = cursor_.place();
    const Token token = cursor_.peek();
    if (token.kind == Kind::kNumber) return cursor_.take(), number_node(unit_, token.value, place);
    if (token.kind == Kind::kLocal) {
      cursor_.take();
      return symbol(unit_.local_symbol(token.value, token.text.back() == 'f'), place);
    }
    if (token.kind == Kind::kName) {
      cursor_.take();
      if (token.text == ".") return location(unit_.dot, place);
      return symbol(unit_.symbol(token.text), place);
    }
    if (cursor_.accept("(")) return parenthesis();
    unit_.error(place, fmt::format("expected a number or symbol, found {}", quoted(token)));
    return std::nullopt;
  }

  std::optional<NodeId> parenthesis() {
    const auto inner = binary(0);
    if (!inner) return std::nullopt;
    if (cursor_.accept(")")) return inner;
    unit_.error(cursor_.place(), fmt::format("expected ')', found {}", quoted(cursor_.peek())));
    return std::nullopt;
  }

  NodeId symbol(u32 number, Place place) {
    const Symbol& s = unit_.symbols[number];
    if (s.kind == Symbol::Kind::kExpression) return s.node;
    return add({Node::Kind::kSymbol, 0, number, 0, 0, place});
  }

  NodeId location(const Location& at, Place place) {
    return add({Node::Kind::kLocation, 0, at.section, at.stretch, at.offset, place});
  }

  Unit& unit_;
  Cursor& cursor_;
  unsigned depth_ = 0;
};

}  // namespace

NodeId number_node(Unit& unit, i64 value, Place place) {
  unit.nodes.push_back({Node::Kind::kNumber, 0, 0, 0, value, place});
  return static_cast<NodeId>(unit.nodes.size() - 1);
}

std::optional<NodeId> parse_expression(Unit& unit, Cursor& cursor) {
  return Parser(unit, cursor).binary(0);
}

std::optional<i64> parse_known(Unit& unit, Cursor& cursor) {
  const std::size_t nodes = unit.nodes.size();
  const auto node = parse_expression(unit, cursor);
  if (!node) return std::nullopt;
  const auto value = known_value(unit, *node);
  unit.nodes.resize(nodes);  // nothing else refers to them
  return value;
}

}  // namespace ringside::zisa::assembler
