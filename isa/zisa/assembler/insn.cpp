// .insn: instructions by their fields, for those that no assembler knows.
#include <fmt/format.h>

#include <array>

#include "isa/zisa/assembler/expression.hpp"
#include "isa/zisa/assembler/instructions.hpp"

namespace ringside::zisa::assembler {

namespace {

struct Format {
  std::string_view name;
  std::string_view fields;  // o opcode, 3 funct3, 7 funct7
  std::string_view syntax;
  Form form;
};
constexpr std::array kFormats = {
    Format{"r", "o37", "d,s,t", Form::kRegister}, Format{"i", "o3", "d,s,i", Form::kImmediate},
    Format{"s", "o3", "t,i(s)", Form::kStore},    Format{"b", "o3", "s,t,b", Form::kBranch},
    Format{"sb", "o3", "s,t,b", Form::kBranch},   Format{"u", "o", "d,u", Form::kUpper},
    Format{"j", "o", "d,b", Form::kJump},         Format{"uj", "o", "d,b", Form::kJump}};

struct Opcode {
  std::string_view name;
  u32 value;
};
constexpr std::array kOpcodes = {
    Opcode{"LOAD", 0x03},     Opcode{"CUSTOM_0", 0x0b}, Opcode{"MISC_MEM", 0x0f},
    Opcode{"OP_IMM", 0x13},   Opcode{"AUIPC", 0x17},    Opcode{"STORE", 0x23},
    Opcode{"CUSTOM_1", 0x2b}, Opcode{"AMO", 0x2f},      Opcode{"OP", 0x33},
    Opcode{"LUI", 0x37},      Opcode{"CUSTOM_2", 0x5b}, Opcode{"BRANCH", 0x63},
    Opcode{"JALR", 0x67},     Opcode{"JAL", 0x6f},      Opcode{"SYSTEM", 0x73},
    Opcode{"CUSTOM_3", 0x7b}};

struct Field {
  i64 limit;
  unsigned position;
};
constexpr Field field(char letter) {
  return letter == 'o' ? Field{0x7f, 0} : letter == '3' ? Field{7, 12} : Field{0x7f, 25};
}

std::string usage(const Format& format) {
  std::string text = fmt::format(".insn {} opcode", format.name);
  if (format.fields.size() > 1) text += ", funct3";
  if (format.fields.size() > 2) text += ", funct7";
  for (const char c : format.syntax) {
    if (&c == format.syntax.data()) text += ", ";
    text += c == 'd'               ? "rd"
            : c == 's'             ? "rs1"
            : c == 't'             ? "rs2"
            : c == 'i' || c == 'u' ? "number"
            : c == 'b'             ? "target"
            : c == ','             ? ", "
                                   : std::string(1, c);
  }
  return text;
}

std::optional<u32> opcode_called(const Token& token) {
  for (const auto& o : kOpcodes)
    if (token.kind == Token::Kind::kName && token.text == o.name) return o.value;
  return std::nullopt;
}

// Opcode, funct3 and funct7, each with a comma behind it.
std::optional<u32> fields(Unit& unit, Cursor& cursor, const Format& format) {
  u32 word = 0;
  for (const char letter : format.fields) {
    const Place place = cursor.place();
    const Field f = field(letter);
    std::optional<i64> value = letter == 'o' ? opcode_called(cursor.peek()) : std::nullopt;
    if (value)
      cursor.take();
    else
      value = parse_known(unit, cursor);
    if (!value) return std::nullopt;
    if (*value < 0 || *value > f.limit)
      return unit.error(place, fmt::format("{} is not from 0 to {}", *value, f.limit)),
             std::nullopt;
    if (!cursor.accept(","))
      return unit.error(cursor.place(),
                        fmt::format("expected ',', found {}", quoted(cursor.peek())),
                        "the form is: " + usage(format)),
             std::nullopt;
    word |= static_cast<u32>(*value) << f.position;
  }
  return word;
}

// `.insn value` and `.insn 4, value`
void whole_word(Unit& unit, Cursor& cursor) {
  const Place place = cursor.place();
  auto value = parse_known(unit, cursor);
  if (value && cursor.accept(",")) {
    if (*value != 4) return unit.error(place, "instructions have 4 bytes");
    value = parse_known(unit, cursor);
  }
  if (!value) return;
  if (!cursor.at_end() || *value < 0 || *value > 0xffffffff)
    return unit.error(place, "expected one number of 32 bits");
  append_instruction(unit, static_cast<u32>(*value), Form::kNone, {}, place);
}

// An immediate may be written as an offset, as for loads.
std::string_view syntax_of(const Format& format, const Cursor& cursor) {
  const auto rest = cursor.rest();
  return format.form == Form::kImmediate && !rest.empty() && rest.back().is(")") &&
                 rest.size() >= 3 && register_of(rest[rest.size() - 2])
             ? "d,i(s)"
             : format.syntax;
}

}  // namespace

void assemble_insn(Unit& unit, Cursor& operands) {
  const Place place = operands.place();
  const Token name = operands.peek();
  if (name.kind != Token::Kind::kName) return whole_word(unit, operands);
  for (const auto& format : kFormats) {
    if (format.name != name.text) continue;
    operands.take();
    const auto word = fields(unit, operands, format);
    if (!word) return;
    const auto parsed = parse_operands(unit, operands, syntax_of(format, operands), usage(format));
    if (parsed) append_instruction(unit, *word, format.form, *parsed, place);
    return;
  }
  unit.error(place, fmt::format("{} is no format", quoted(name)),
             "formats are r, i, s, b, u and j");
}

}  // namespace ringside::zisa::assembler
