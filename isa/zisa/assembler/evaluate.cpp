#include <fmt/format.h>

#include "isa/zisa/assembler/expression.hpp"
#include "isa/zisa/assembler/operators.hpp"

namespace ringside::zisa::assembler {

namespace {

using Kind = EvaluationError::Kind;
using Evaluated = tl::expected<Value, EvaluationError>;

class Evaluator {
 public:
  Evaluator(const Unit& unit, When when) : unit_(unit), when_(when) {}

  Evaluated run(NodeId id) {
    const Node& node = unit_.nodes[id];
    if (++unit_.steps > kStepsPerLine * unit_.options.max_lines) return fail(Kind::kTooLong, node);
    if (depth_ > kMaxDepth) return fail(Kind::kTooDeep, node);
    ++depth_;
    const Evaluated result = dispatch(node);
    --depth_;
    return result;
  }

 private:
  static tl::unexpected<EvaluationError> fail(Kind kind, const Node& node) {
    return tl::unexpected(EvaluationError{kind, node.place, node.a});
  }

  Evaluated dispatch(const Node& node) {
    switch (node.kind) {
      case Node::Kind::kNumber:
        return Value{node.value};
      case Node::Kind::kSymbol:
        return symbol(node);
      case Node::Kind::kLocation:
        return place({node.a, static_cast<u32>(node.value), node.b});
      case Node::Kind::kUnary:
        return unary(node);
      case Node::Kind::kBinary:
        return binary(node);
    }
    return Value{};
  }

  Evaluated place(const Location& at) {
    if (when_ == When::kFinal) return Value{unit_.sections[at.section].address_of(at)};
    return Value{at.offset, at.section, at.stretch};
  }

  Evaluated symbol(const Node& node) {
    const Symbol& s = unit_.symbols[node.a];
    if (s.kind == Symbol::Kind::kLabel) return place(s.location);
    if (s.kind == Symbol::Kind::kExpression) return run(s.node);
    return fail(when_ == When::kFinal ? Kind::kUndefined : Kind::kNotYet, node);
  }

  Evaluated unary(const Node& node) {
    const Evaluated a = run(node.a);
    if (!a || a->absolute()) return a ? Value{apply_unary(node.op, a->number)} : a;
    return node.op == '+' ? a : fail(Kind::kNotYet, node);
  }

  Evaluated binary(const Node& node) {
    const Evaluated a = run(node.a);
    if (!a) return a;
    const Evaluated b = run(node.b);
    if (!b) return b;
    if (a->absolute() && b->absolute()) return numbers(node, a->number, b->number);
    // A place and a number make another place; two places have a distance that is known early
    // only where nothing between them can still grow.
    if (node.op == '+' && (a->absolute() || b->absolute())) {
      const Value& base = a->absolute() ? *b : *a;
      return Value{*apply('+', a->number, b->number), base.section, base.stretch};
    }
    if (node.op == '-' && b->absolute())
      return Value{*apply('-', a->number, b->number), a->section, a->stretch};
    constexpr std::string_view kComparing = "-=n<>lg";
    if (kComparing.find(static_cast<char>(node.op)) != std::string_view::npos &&
        a->section == b->section && a->stretch == b->stretch)
      return numbers(node, a->number, b->number);
    return fail(Kind::kNotYet, node);
  }

  Evaluated numbers(const Node& node, i64 a, i64 b) {
    const auto value = apply(node.op, a, b);
    if (!value) return fail(Kind::kDivision, node);
    return Value{*value};
  }

  const Unit& unit_;
  When when_;
  unsigned depth_ = 0;
};

std::string undefined_remedy(const Unit& unit, u32 symbol) {
  const auto& name = unit.symbols[symbol].name;
  if (name.find(':') != std::string::npos) return "";
  std::vector<std::string_view> names;
  for (const auto& s : unit.symbols)
    if (s.kind != Symbol::Kind::kUndefined && !s.hidden) names.push_back(s.name);
  auto remedy = did_you_mean(name, names);
  return remedy.empty() ? "define it: there is no linker that could find it elsewhere" : remedy;
}

std::string undefined_message(const Unit& unit, u32 symbol) {
  const auto& name = unit.symbols[symbol].name;
  const auto colon = name.find(':');
  if (colon == std::string::npos)
    return fmt::format("'{}' is not defined", std::string_view(name).substr(0, 60));
  return fmt::format("there is no label '{}:' in this direction", name.substr(0, colon));
}

void report(Unit& unit, const EvaluationError& e) {
  switch (e.kind) {
    case Kind::kUndefined:
      return unit.error(e.place, undefined_message(unit, e.symbol),
                        undefined_remedy(unit, e.symbol));
    case Kind::kNotYet:
      return unit.error(e.place, "the value must be known here, but depends on what follows",
                        "use numbers, symbols set before, or distances between labels before");
    case Kind::kDivision:
      return unit.error(e.place, "division by zero, or a shift by less than 0 or more than 63");
    case Kind::kTooDeep:
      return unit.error(e.place,
                        "the symbols here are defined by each other without end, or too deeply");
    case Kind::kTooLong:
      return unit.error(e.place, "the expressions take too long to evaluate");
  }
}

}  // namespace

Evaluated evaluate(const Unit& unit, NodeId node, When when) {
  return Evaluator(unit, when).run(node);
}

std::optional<i64> final_value(Unit& unit, NodeId node) {
  const auto value = evaluate(unit, node, When::kFinal);
  if (value) return value->number;
  report(unit, value.error());
  return std::nullopt;
}

std::optional<i64> known_value(Unit& unit, NodeId node) {
  auto value = evaluate(unit, node, When::kEarly);
  if (value && value->absolute()) return value->number;
  report(unit, value ? EvaluationError{Kind::kNotYet, unit.nodes[node].place} : value.error());
  return std::nullopt;
}

}  // namespace ringside::zisa::assembler
