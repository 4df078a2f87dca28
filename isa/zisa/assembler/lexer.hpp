// Tokens of a statement, and a cursor over them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isa/zisa/assembler/reporter.hpp"

namespace ringside::zisa::assembler {

struct Token {
  enum class Kind : u8 {
    kName,       ///< add, .word, loop, a0
    kNumber,     ///< 12, 0x1f, 'a'
    kLocal,      ///< 1b, 2f: the nearest label of that number, backwards or forwards
    kString,     ///< text is what stands between the quotes
    kModifier,   ///< %hi; text is the name without %
    kParameter,  ///< \0: an operand, in the templates of pseudo-instructions
    kPunctuation,
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::string_view text;
  u32 column = 1;
  i64 value = 0;  ///< of a number, a local label (its number) or a parameter

  bool is(std::string_view punctuation) const {
    return kind == Kind::kPunctuation && text == punctuation;
  }
};

/// The tokens of a statement. Nothing, and an error noted, where it holds a character or number
/// that cannot be.
std::optional<std::vector<Token>> lex(const Line& line, Reporter& reporter);

/// The bytes that a string token stands for; nothing, and an error noted, where an escape is
/// unknown. Escapes are \b \f \n \r \t \\ \" \', octal (up to three digits) and \x.
std::optional<std::string> unescape(const Line& line, const Token& token, Reporter& reporter);

/// Walks over tokens. Behind the last one it sees kEnd for ever.
class Cursor {
 public:
  Cursor(const Line& line, std::span<const Token> tokens, u32 end_column)
      : line_(&line), tokens_(tokens) {
    end_.column = end_column;
  }

  const Token& peek(std::size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : end_;
  }
  const Token& take() {
    const Token& token = peek();
    if (at_ < tokens_.size()) ++at_;
    return token;
  }
  bool at_end() const { return at_ >= tokens_.size(); }
  /// Passes a punctuation if it comes next.
  bool accept(std::string_view punctuation) {
    const bool yes = peek().is(punctuation);
    if (yes) ++at_;
    return yes;
  }
  /// Takes a name if one comes next.
  std::optional<Token> accept_name() {
    if (peek().kind != Token::Kind::kName) return std::nullopt;
    return take();
  }
  Place place() const { return {line_, peek().column}; }
  Place place_of(const Token& token) const { return {line_, token.column}; }
  const Line& line() const { return *line_; }
  std::span<const Token> rest() const { return tokens_.subspan(at_); }
  /// Column behind the last token, where errors about something missing point.
  u32 end_column() const { return end_.column; }

 private:
  const Line* line_;
  std::span<const Token> tokens_;
  std::size_t at_ = 0;
  Token end_;
};

/// What a token looks like in a message: "'a9'" or "the end of the line".
std::string quoted(const Token& token);

}  // namespace ringside::zisa::assembler
