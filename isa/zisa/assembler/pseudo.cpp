#include "isa/zisa/assembler/pseudo.hpp"

#include <fmt/format.h>

#include "isa/zisa/assembler/expression.hpp"
#include "isa/zisa/assembler/instructions.hpp"
#include "isa/zisa/decode.hpp"

namespace ringside::zisa::assembler {

namespace {

using Tokens = std::span<const Token>;

// Operands are cut at the commas that stand outside of parentheses.
std::vector<Tokens> split_operands(Tokens tokens) {
  std::vector<Tokens> operands;
  if (tokens.empty()) return operands;
  std::size_t start = 0;
  int depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].is("(")) ++depth;
    if (tokens[i].is(")")) --depth;
    if (!tokens[i].is(",") || depth > 0) continue;
    operands.push_back(tokens.subspan(start, i - start));
    start = i + 1;
  }
  operands.push_back(tokens.subspan(start));
  return operands;
}

char shape(Tokens operand) {
  const std::size_t n = operand.size();
  if (n == 1 && register_of(operand[0])) return 'r';
  const bool memory =
      n >= 3 && operand[n - 1].is(")") && register_of(operand[n - 2]) && operand[n - 3].is("(");
  return memory ? 'm' : 'e';
}

// The name under which a mnemonic stands in the table.
std::string_view table_name(std::string_view mnemonic) {
  if (const auto row = find_row(mnemonic)) {
    if (kRows[*row].form == Form::kLoad) return "<load>";
    if (kRows[*row].form == Form::kStore) return "<store>";
  }
  return mnemonic;
}

const Pseudo* find_pseudo(std::string_view name, std::string_view shapes) {
  for (const auto& p : pseudo_instructions())
    if (p.name == name && p.shapes == shapes) return &p;
  return nullptr;
}

// The template's tokens with operands put in. Tokens of the source keep their columns, so that
// errors in them point at what was written; the template's own get the mnemonic's.
std::vector<Token> fill(std::string_view text, const Token& mnemonic,
                        const std::vector<Tokens>& operands) {
  Reporter unused;
  Line line;
  line.text = text;
  const auto tokens = lex(line, unused);
  std::vector<Token> result;
  for (Token token : tokens.value_or(std::vector<Token>{})) {
    if (token.kind == Token::Kind::kParameter && token.value < 9) {
      const auto& operand = operands[static_cast<std::size_t>(token.value)];
      result.insert(result.end(), operand.begin(), operand.end());
      continue;
    }
    if (token.kind == Token::Kind::kParameter) token = mnemonic;
    token.column = mnemonic.column;
    result.push_back(token);
  }
  return result;
}

void assemble_template(Unit& unit, std::string_view text, const Token& mnemonic,
                       const std::vector<Tokens>& operands, const Cursor& source) {
  while (!text.empty()) {
    const auto end = text.find(';');
    const auto tokens = fill(text.substr(0, end), mnemonic, operands);
    Cursor cursor(source.line(), Tokens(tokens).subspan(1), source.end_column());
    if (tokens[0].text == ".insn")
      assemble_insn(unit, cursor);
    else
      assemble_instruction(unit, tokens[0], cursor);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
}

// lui leaves the lower 12 bits to addi, which adds them signed.
constexpr std::string_view kLiShort = "addi \\0, zero, \\1";
constexpr std::string_view kLiUpper = "lui \\0, %hi(\\1)";
constexpr std::string_view kLiLong = "lui \\0, %hi(\\1); addi \\0, \\0, %lo(\\1)";

std::string_view li_template(i64 value) {
  const auto v = static_cast<i32>(static_cast<u32>(value));
  if (v >= -2048 && v < 2048) return kLiShort;
  return (v & 0xfff) == 0 ? kLiUpper : kLiLong;
}

void expand_li(Unit& unit, const Token& mnemonic, const std::vector<Tokens>& operands,
               const Cursor& source) {
  Cursor cursor(source.line(), operands[1], source.end_column());
  const auto node = parse_expression(unit, cursor);
  if (!node) return;
  const auto value = evaluate(unit, *node, When::kEarly);
  const bool fits = !value || !value->absolute() ||
                    (value->number >= -(i64{1} << 31) && value->number < i64{1} << 32);
  if (!fits) {
    unit.error(unit.nodes[*node].place, fmt::format("{} does not fit in 32 bits", value->number),
               "registers have 32 bits");
    return;
  }
  // What is not known yet may need all 32 bits.
  const auto text = value && value->absolute() ? li_template(value->number) : kLiLong;
  assemble_template(unit, text, mnemonic, operands, source);
}

std::string_view shape_name(char letter) {
  return letter == 'r' ? "register" : letter == 'm' ? "offset(register)" : "value";
}

}  // namespace

bool expand_pseudo(Unit& unit, const Token& mnemonic, const Cursor& operands) {
  const auto split = split_operands(operands.rest());
  std::string shapes;
  for (const auto operand : split) shapes += shape(operand);
  if (mnemonic.text == "li" && shapes == "re")
    return expand_li(unit, mnemonic, split, operands), true;
  const Pseudo* found = find_pseudo(table_name(mnemonic.text), shapes);
  if (found) assemble_template(unit, found->text, mnemonic, split, operands);
  return found != nullptr;
}

std::string pseudo_usage(std::string_view name) {
  std::string text;
  const auto add = [&](std::string_view shapes) {
    if (!text.empty()) text += " or ";
    text += name;
    for (std::size_t i = 0; i < shapes.size(); ++i)
      text += fmt::format("{} {}", i ? "," : "", shape_name(shapes[i]));
  };
  if (name == "li") add("re");
  for (const auto& p : pseudo_instructions())
    if (p.name == name) add(p.shapes);
  return text;
}

}  // namespace ringside::zisa::assembler
