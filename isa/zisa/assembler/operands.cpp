#include <fmt/format.h>

#include <array>

#include "isa/zisa/assembler/expression.hpp"
#include "isa/zisa/assembler/instructions.hpp"
#include "isa/zisa/registers.hpp"

namespace ringside::zisa::assembler {

namespace {

struct ModifierName {
  std::string_view name;
  Modifier modifier;
};
constexpr std::array kModifiers = {
    ModifierName{"hi", Modifier::kHi}, ModifierName{"lo", Modifier::kLo},
    ModifierName{"pcrel_hi", Modifier::kPcrelHi}, ModifierName{"pcrel_lo", Modifier::kPcrelLo},
    // Not promised to sources: it serves the templates of pseudo-instructions.
    ModifierName{"pcrel_lo_before", Modifier::kLoBefore}};

// The sets of a fence: letters in the order of their bits, highest first.
constexpr std::string_view kSetLetters = "iorw";

class OperandParser {
 public:
  OperandParser(Unit& unit, Cursor& cursor, const std::string& usage)
      : unit_(unit), cursor_(cursor), usage_(usage) {}

  std::optional<ParsedOperands> run(std::string_view syntax) {
    for (std::size_t i = 0; i < syntax.size(); ++i)
      if (!one(syntax[i], syntax.substr(i + 1))) return std::nullopt;
    if (!cursor_.at_end()) return fail("the end of the statement"), std::nullopt;
    return result_;
  }

 private:
  bool one(char letter, std::string_view rest) {
    switch (letter) {
      case 'd':
        return reg(7);
      case 's':
        return reg(15);
      case 't':
        return reg(20);
      case 'c':
        return control_register();
      case 'f':
        return sets();
      case 'i':
        return rest.starts_with("(") ? offset() : immediate();
      case 'h':
      case 'u':
      case 'b':
        return immediate();
      // lr.w a0, 0(a1) is written too, though there is no offset in the word.
      case '(':
        return skip_zero() && punctuation("(");
      default:
        return punctuation({&letter, 1});
    }
  }

  bool fail(std::string_view expected) {
    unit_.error(cursor_.place(),
                fmt::format("expected {}, found {}", expected, quoted(cursor_.peek())),
                "the form is: " + usage_);
    return false;
  }

  bool punctuation(std::string_view text) {
    return cursor_.accept(text) || fail(fmt::format("'{}'", text));
  }

  bool skip_zero() {
    const Token& token = cursor_.peek();
    if (token.kind == Token::Kind::kNumber && token.value == 0 && cursor_.peek(1).is("("))
      cursor_.take();
    return true;
  }

  bool reg(unsigned position) {
    const auto number = register_of(cursor_.peek());
    if (!number) return fail("a register");
    cursor_.take();
    result_.bits |= *number << position;
    return true;
  }

  bool control_register() {
    const Token& token = cursor_.peek();
    if (token.kind != Token::Kind::kName) return immediate();
    const auto number = cr_number(token.text);
    // Symbols may stand for numbers of control registers, too.
    if (!number) return unit_.find_symbol(token.text) ? immediate() : unknown_cr(token);
    cursor_.take();
    result_.bits |= *number << 20;
    return true;
  }

  bool unknown_cr(const Token& token) {
    auto remedy = did_you_mean(token.text, {kCrNames.begin(), kCrNames.end()});
    if (remedy.empty()) {
      remedy = "there are";
      for (const auto name : kCrNames) remedy += fmt::format(" {}", name);
    }
    unit_.error(cursor_.place(), quoted(token) + " is no control register", remedy);
    return false;
  }

  // An offset may be left out: (a0) is 0(a0).
  bool offset() {
    const bool base_only =
        cursor_.peek().is("(") && register_of(cursor_.peek(1)) && cursor_.peek(2).is(")");
    if (!base_only) return immediate();
    result_.place = cursor_.place();
    result_.node = number_node(unit_, 0, result_.place);
    return true;
  }

  bool immediate() {
    result_.place = cursor_.place();
    if (cursor_.peek().kind == Token::Kind::kModifier) return modified();
    if (register_of(cursor_.peek())) return fail("a number or symbol");
    const auto node = parse_expression(unit_, cursor_);
    if (node) result_.node = *node;
    return node.has_value();
  }

  bool modified() {
    const Token name = cursor_.peek();
    for (const auto& m : kModifiers)
      if (m.name == name.text) result_.modifier = m.modifier;
    if (result_.modifier == Modifier::kNone) {
      unit_.error(cursor_.place(), quoted(name) + " is unknown",
                  "there are %hi, %lo, %pcrel_hi and %pcrel_lo");
      return false;
    }
    cursor_.take();
    if (!punctuation("(")) return false;
    const auto node = parse_expression(unit_, cursor_);
    if (!node) return false;
    result_.node = *node;
    return punctuation(")");
  }

  // fence.i has the form of a fence but is written without sets; fence always with.
  bool sets() { return set(24) && punctuation(",") && set(20); }

  bool set(unsigned position) {
    u32 bits_of_set = 0;
    const Token& token = cursor_.peek();
    for (const char letter : token.text) {
      const auto i = kSetLetters.find(letter);
      if (i == std::string_view::npos || bit(bits_of_set, 3 - static_cast<unsigned>(i)))
        return fail("a set such as rw (of the letters i, o, r, w)");
      bits_of_set |= 8u >> i;
    }
    if (token.kind != Token::Kind::kName)
      return fail("a set such as rw (of the letters i, o, r, w)");
    cursor_.take();
    result_.bits |= bits_of_set << position;
    return true;
  }

  Unit& unit_;
  Cursor& cursor_;
  const std::string& usage_;
  ParsedOperands result_;
};

}  // namespace

std::optional<ParsedOperands> parse_operands(Unit& unit, Cursor& cursor, std::string_view syntax,
                                             const std::string& usage) {
  return OperandParser(unit, cursor, usage).run(syntax);
}

std::optional<u32> register_of(const Token& token) {
  if (token.kind != Token::Kind::kName) return std::nullopt;
  return register_number(token.text);
}

void append_instruction(Unit& unit, u32 word, Form form, const ParsedOperands& operands,
                        Place place) {
  const Location at = unit.here();
  if (!unit.append_word(word | operands.bits, place)) return;
  unit.section().lines.push_back({at, place});
  if (operands.node == kNoNode) return;
  Fixup fixup;
  fixup.at = at;
  fixup.node = operands.node;
  fixup.place = operands.place;
  fixup.form = form;
  fixup.modifier = operands.modifier;
  unit.section().fixups.push_back(fixup);
}

}  // namespace ringside::zisa::assembler
