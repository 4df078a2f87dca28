#include "isa/zisa/assembler/lines.hpp"

#include <algorithm>

namespace ringside::zisa::assembler {

namespace {

// Stands for a semicolon that ends a statement; those in strings stay what they are.
constexpr char kSeparator = '\v';

// Copies a text, blanking comments and marking separators. Lengths and line ends stay, so that
// columns do.
class Blanker {
 public:
  explicit Blanker(std::string& text) : text_(text) {}

  // Gives the position of a comment that never ends, or npos.
  std::size_t run() {
    while (at_ < text_.size()) {
      if (looking_at("/*")) {
        const std::size_t start = at_;
        if (!block_comment()) return start;
      } else if (text_[at_] == '#' || looking_at("//")) {
        blank_to(text_.find('\n', at_));
      } else {
        code();
      }
    }
    return std::string::npos;
  }

 private:
  bool looking_at(std::string_view what) const {
    return text_.compare(at_, what.size(), what) == 0;
  }

  void blank_to(std::size_t end) {
    for (end = std::min(end, text_.size()); at_ < end; ++at_)
      if (text_[at_] != '\n') text_[at_] = ' ';
  }

  bool block_comment() {
    const std::size_t end = text_.find("*/", at_ + 2);
    blank_to(end == std::string::npos ? end : end + 2);
    return end != std::string::npos;
  }

  void code() {
    char& c = text_[at_++];
    if (c == '"') return string();
    if (c == '\'') return character();
    if (c == ';') c = kSeparator;
    if (c == '\r' || c == '\f' || c == '\0') c = ' ';
  }

  void string() {
    for (; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == '"') break;
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
    }
    if (at_ < text_.size() && text_[at_] == '"') ++at_;
  }

  // 'x' or, as GNU has it, 'x without the second quote.
  void character() {
    if (at_ < text_.size() && text_[at_] == '\\') ++at_;
    if (at_ < text_.size() && text_[at_] != '\n') ++at_;
    if (at_ < text_.size() && text_[at_] == '\'') ++at_;
  }

  std::string& text_;
  std::size_t at_ = 0;
};

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t") == std::string_view::npos;
}

void split_line(SourceFile& file, Line line) {
  const auto blanked = std::string_view(file.blanked)
                           .substr(static_cast<std::size_t>(line.source.data() - file.text.data()),
                                   line.source.size());
  for (std::size_t at = 0; at <= blanked.size();) {
    const std::size_t end = std::min(blanked.find(kSeparator, at), blanked.size());
    line.text = blanked.substr(at, end - at);
    line.column = static_cast<u32>(at + 1);
    if (!is_blank(line.text)) file.lines.push_back(line);
    at = end + 1;
  }
}

}  // namespace

void split(SourceFile& file, u32 index) {
  file.blanked = file.text;
  std::replace(file.blanked.begin(), file.blanked.end(), kSeparator, ' ');
  const std::size_t unclosed = Blanker(file.blanked).run();
  const std::string_view text = file.text;
  u32 number = 1;
  for (std::size_t at = 0; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    Line line{.text = {}, .source = text.substr(at, end - at), .file = index, .number = number};
    if (!line.source.empty() && line.source.back() == '\r') line.source.remove_suffix(1);
    split_line(file, line);
    at = end + 1;
  }
  if (unclosed == std::string::npos) return;
  const auto before = text.substr(0, unclosed);
  const auto start = before.rfind('\n') + 1;
  file.lines.push_back(
      {.text = {},
       .source = text.substr(start, text.find('\n', start) - start),
       .column = static_cast<u32>(unclosed - start + 1),
       .file = index,
       .number = 1 + static_cast<u32>(std::count(before.begin(), before.end(), '\n'))});
  file.unclosed_comment = &file.lines.back();
}

}  // namespace ringside::zisa::assembler
