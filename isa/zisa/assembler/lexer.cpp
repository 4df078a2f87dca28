#include "isa/zisa/assembler/lexer.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace ringside::zisa::assembler {

namespace {

using Kind = Token::Kind;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '$';
}
bool in_name(char c) {
  return starts_name(c) || is_digit(c);
}

constexpr std::array<std::string_view, 8> kTwoLetters = {
    "<<", ">>", "==", "!=", "<=", ">=", "&&", "||"};
constexpr std::string_view kOneLetter = "+-*/%&|^~!<>(),:=@[]?";

// One character of a string or character constant; `at` is left behind it.
std::optional<char> escaped(std::string_view text, std::size_t& at) {
  constexpr std::string_view letters = "bfnrt\\\"'", codes = "\b\f\n\r\t\\\"'";
  if (at >= text.size()) return std::nullopt;
  if (const auto i = letters.find(text[at]); i != std::string_view::npos) return ++at, codes[i];
  const int base = text[at] == 'x' ? 16 : 8;
  const std::size_t start = at + (base == 16);
  unsigned value = 0;
  const auto from = text.data() + start;
  const auto [end, error] = std::from_chars(
      from, from + std::min<std::size_t>(text.size() - start, base == 16 ? 2 : 3), value, base);
  if (error != std::errc{}) return std::nullopt;
  at = start + static_cast<std::size_t>(end - from);
  return static_cast<char>(value);
}

class Lexer {
 public:
  Lexer(const Line& line, Reporter& reporter) : line_(line), reporter_(reporter) {}

  std::optional<std::vector<Token>> run() {
    for (skip_blanks(); at_ < text_.size(); skip_blanks())
      if (!next()) return std::nullopt;
    return std::move(tokens_);
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  u32 column(std::size_t at) const { return line_.column + static_cast<u32>(at); }

  bool error(std::size_t at, std::string message, std::string remedy) {
    reporter_.error({&line_, column(at)}, std::move(message), std::move(remedy));
    return false;
  }

  bool push(Kind kind, std::size_t from, std::size_t to, i64 value = 0, u32 skipped = 0) {
    tokens_.push_back({kind, text_.substr(from, to - from), column(from - skipped), value});
    return true;
  }

  // The end of the run of characters for which `belongs` holds.
  std::size_t run_of(std::size_t from, bool (*belongs)(char)) const {
    while (from < text_.size() && belongs(text_[from])) ++from;
    return from;
  }

  bool next() {
    const char c = text_[at_];
    if (starts_name(c)) return name();
    if (is_digit(c)) return number();
    if (c == '"') return string();
    if (c == '\'') return character();
    if (c == '%' && !after_value() && at_ + 1 < text_.size() && starts_name(text_[at_ + 1]))
      return modifier();
    if (c == '\\' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])) return parameter();
    return punctuation();
  }

  // Behind a value, % is the remainder of a division.
  bool after_value() const {
    if (tokens_.empty()) return false;
    const Token& last = tokens_.back();
    return last.kind == Kind::kName || last.kind == Kind::kNumber || last.kind == Kind::kLocal ||
           last.is(")");
  }

  bool name() {
    const std::size_t from = at_;
    at_ = run_of(at_, in_name);
    return push(Kind::kName, from, at_);
  }

  bool modifier() {
    const std::size_t from = at_ + 1;
    at_ = run_of(from, in_name);
    return push(Kind::kModifier, from, at_, 0, 1);
  }

  bool parameter() {
    at_ += 2;
    return push(Kind::kParameter, at_ - 2, at_, text_[at_ - 1] - '0');
  }

  bool number() {
    const std::size_t from = at_;
    at_ = run_of(at_, in_name);
    std::string_view digits = text_.substr(from, at_ - from);
    const std::size_t decimal = run_of(from, is_digit) - from;
    const bool local =
        decimal + 1 == digits.size() && (digits.back() == 'b' || digits.back() == 'f');
    int base = 10;
    if (local)
      digits.remove_suffix(1);
    else if (digits.size() > 1 && digits[0] == '0')
      base = prefix(digits);
    u64 value = 0;
    const auto end = digits.data() + digits.size();
    const auto [stop, problem] = std::from_chars(digits.data(), end, value, base);
    if (problem == std::errc::result_out_of_range)
      return error(from, "the number does not fit in 64 bits", "");
    if (problem != std::errc{} || stop != end)
      return error(from, fmt::format("'{}' is not a number", text_.substr(from, at_ - from)),
                   "numbers are 12, 0x1f, 0b101 and 017 (octal); 1b and 1f refer to label 1");
    return push(local ? Kind::kLocal : Kind::kNumber, from, at_, static_cast<i64>(value));
  }

  // Takes 0x, 0b or 0 off and gives the base that it means.
  static int prefix(std::string_view& digits) {
    const char c = digits[1];
    const int base = c == 'x' || c == 'X' ? 16 : c == 'b' || c == 'B' ? 2 : 8;
    digits.remove_prefix(base == 8 ? 1 : 2);
    return base;
  }

  bool string() {
    const std::size_t from = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return error(from - 1, "the string has no end", "close it with \"");
    ++at_;
    return push(Kind::kString, from, at_ - 1, 0, 1);
  }

  bool character() {
    const std::size_t from = at_++;
    std::optional<char> c;
    if (at_ < text_.size() && text_[at_] != '\\')
      c = text_[at_++];
    else if (at_ < text_.size())
      c = escaped(text_, ++at_);
    if (!c) return error(from, "this is not a character", "characters are 'a', '\\n', '\\0'");
    if (at_ < text_.size() && text_[at_] == '\'') ++at_;
    return push(Kind::kNumber, from, at_, static_cast<u8>(*c));
  }

  bool punctuation() {
    for (const auto two : kTwoLetters)
      if (text_.compare(at_, 2, two) == 0) return at_ += 2, push(Kind::kPunctuation, at_ - 2, at_);
    if (kOneLetter.find(text_[at_]) == std::string_view::npos)
      return error(at_, "this character cannot stand here",
                   text_[at_] == '\\'
                       ? "\\name stands for an argument inside of a macro that has one of this name"
                       : "");
    return ++at_, push(Kind::kPunctuation, at_ - 1, at_);
  }

  const Line& line_;
  Reporter& reporter_;
  std::string_view text_ = line_.text;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::optional<std::vector<Token>> lex(const Line& line, Reporter& reporter) {
  return Lexer(line, reporter).run();
}

std::optional<std::string> unescape(const Line& line, const Token& token, Reporter& reporter) {
  std::string bytes;
  for (std::size_t at = 0; at < token.text.size();) {
    const std::size_t start = at;
    std::optional<char> c = token.text[at++];
    if (*c == '\\') c = escaped(token.text, at);
    if (!c) {
      reporter.error({&line, token.column + 1 + static_cast<u32>(start)}, "unknown escape",
                     "escapes are \\n \\t \\r \\b \\f \\\\ \\\" \\0 (octal) and \\x41");
      return std::nullopt;
    }
    bytes += *c;
  }
  return bytes;
}

std::string quoted(const Token& token) {
  if (token.kind == Kind::kEnd) return "the end of the statement";
  if (token.kind == Kind::kString) return fmt::format("\"{}\"", token.text.substr(0, 60));
  if (token.kind == Kind::kModifier) return fmt::format("'%{}'", token.text.substr(0, 60));
  return fmt::format("'{}'", token.text.substr(0, 60));
}

}  // namespace ringside::zisa::assembler
