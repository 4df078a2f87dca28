// The operators of expressions: their precedence and meaning on 64-bit numbers.
#pragma once

#include <array>
#include <limits>
#include <optional>

#include "isa/zisa/assembler/lexer.hpp"

namespace ringside::zisa::assembler {

/// C and GNU as rank operators differently: `1 + 2 << 3` is 24 in C and 17 in GNU as. What they
/// read alike is accepted without parentheses, the rest is an error.
struct Operator {
  std::string_view text;
  u8 in_c;    ///< rank in C: a higher one binds tighter
  u8 in_gnu;  ///< rank in GNU as
  u8 code;    ///< one character; those of two have one of their own
};

// clang-format off
inline constexpr std::array<Operator, 18> kOperators = {{
    {"||", 0, 0, 'o'}, {"&&", 1, 1, 'a'},
    {"|",  2, 4, '|'}, {"^",  3, 4, '^'}, {"&",  4, 4, '&'},
    {"==", 5, 2, '='}, {"!=", 5, 2, 'n'},
    {"<",  6, 2, '<'}, {">",  6, 2, '>'}, {"<=", 6, 2, 'l'}, {">=", 6, 2, 'g'},
    {"<<", 7, 5, 's'}, {">>", 7, 5, 'r'},
    {"+",  8, 3, '+'}, {"-",  8, 3, '-'},
    {"*",  9, 5, '*'}, {"/",  9, 5, '/'}, {"%",  9, 5, '%'},
}};
// clang-format on

inline const Operator* find_operator(const Token& token) {
  if (token.kind != Token::Kind::kPunctuation) return nullptr;
  for (const auto& op : kOperators)
    if (op.text == token.text) return &op;
  return nullptr;
}

inline i64 apply_unary(u8 op, i64 a) {
  switch (op) {
    case '-':
      return static_cast<i64>(-static_cast<u64>(a));
    case '~':
      return ~a;
    case '!':
      return a == 0;
    default:
      return a;
  }
}

/// Arithmetic wraps at 64 bits; what a comparison finds true is -1, as in GNU as; nothing where b
/// divides and is 0, or shifts by less than 0 or more than 63.
inline std::optional<i64> apply(u8 op, i64 a, i64 b) {
  const u64 x = static_cast<u64>(a), y = static_cast<u64>(b);
  switch (op) {
    case 'o':
      return a != 0 || b != 0;
    case 'a':
      return a != 0 && b != 0;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '=':
      return -(a == b);
    case 'n':
      return -(a != b);
    case '<':
      return -(a < b);
    case '>':
      return -(a > b);
    case 'l':
      return -(a <= b);
    case 'g':
      return -(a >= b);
    case 's':
    case 'r':
      if (y > 63) return std::nullopt;
      return static_cast<i64>(op == 's' ? x << y : x >> y);
    case '+':
      return static_cast<i64>(x + y);
    case '-':
      return static_cast<i64>(x - y);
    case '*':
      return static_cast<i64>(x * y);
    default:
      break;
  }
  if (b == 0) return std::nullopt;
  if (b == -1) return op == '/' ? static_cast<i64>(-x) : 0;  // the lowest number has no opposite
  return op == '/' ? a / b : a % b;
}

}  // namespace ringside::zisa::assembler
