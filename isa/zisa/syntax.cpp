#include "isa/zisa/syntax.hpp"

#include <array>

namespace ringside::zisa {

namespace {

std::string_view operand_name(char letter) {
  switch (letter) {
    case 'd':
      return "rd";
    case 's':
      return "rs1";
    case 't':
      return "rs2";
    case 'i':
      return "imm";
    case 'h':
      return "shamt";
    case 'u':
      return "imm20";
    case 'b':
      return "target";
    case 'c':
      return "cr";
    case 'f':
      return "pred, succ";
    case ',':
      return ", ";
    case '(':
      return "(";
    default:
      return ")";
  }
}

struct Class {
  bool Sensitivity::*member;
  char letter;
  std::string_view name;
};

constexpr std::array<Class, 4> kClasses = {{{&Sensitivity::control, 'C', "control"},
                                            {&Sensitivity::mode, 'M', "mode"},
                                            {&Sensitivity::location, 'L', "location"},
                                            {&Sensitivity::time, 'T', "time"}}};

}  // namespace

std::string operand_names(std::string_view syntax) {
  std::string text;
  for (const char letter : syntax) text += operand_name(letter);
  return text;
}

std::string usage(unsigned row) {
  std::string text{kRows[row].name};
  const auto letters = syntax(kRows[row].form);
  if (letters.empty() || (letters == "f" && !takes_sets(row))) return text;
  return text + " " + operand_names(letters);
}

std::string class_names(const Sensitivity& sensitivity) {
  std::string text;
  for (const auto& c : kClasses) {
    if (!(sensitivity.*c.member)) continue;
    if (!text.empty()) text += ", ";
    text += c.name;
  }
  return text.empty() ? "innocuous" : text;
}

std::string sensitivity_mark(unsigned row) {
  if (row == kIllegalRow) return "";
  std::string mark;
  for (const auto& c : kClasses)
    if (kRows[row].sensitivity.*c.member) mark += c.letter;
  if (kRows[row].in_user == InUser::kHole) mark += '!';
  return mark;
}

}  // namespace ringside::zisa
