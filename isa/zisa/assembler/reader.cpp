#include "isa/zisa/assembler/reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ringside::zisa::assembler {

std::string_view first_word(std::string_view text) {
  const auto start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos) return "";
  text.remove_prefix(start);
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '$';
  };
  return text.substr(0, static_cast<std::size_t>(
                            std::find_if_not(text.begin(), text.end(), is_name) - text.begin()));
}

const Line* Reader::next() {
  while (!frames_.empty()) {
    if (const Line* line = next_in(frames_.back())) {
      if (++delivered_ <= unit_.options.max_lines) return line;
      unit_.error({line, line->column},
                  fmt::format("more than {} lines to assemble", unit_.options.max_lines),
                  "check the counts of .rept and the ends of recursive macros");
      frames_.clear();
      return nullptr;
    }
    frames_.pop_back();
  }
  return nullptr;
}

const Line* Reader::next_in(Frame& frame) {
  if (frame.lines.empty()) return nullptr;
  if (frame.at == frame.lines.size()) {
    if (--frame.repeats == 0) return nullptr;
    frame.at = 0;
  }
  return frame.lines[frame.at++];
}

void Reader::enter_file(std::string name, std::string text, Place from) {
  unit_.files.push_back({std::move(name), std::move(text), {}, {}, nullptr});
  SourceFile& file = unit_.files.back();
  split(file, static_cast<u32>(unit_.files.size() - 1));
  if (const Line* line = file.unclosed_comment)
    unit_.error({line, line->column}, "the comment has no end", "close it with */");
  std::vector<const Line*> lines;
  for (const Line& line : file.lines) lines.push_back(&line);
  enter(std::move(lines), 1, false, 0, from);
}

void Reader::enter(std::vector<const Line*> lines, u64 repeats, bool macro, std::size_t conditions,
                   Place from) {
  if (repeats == 0) return;
  if (frames_.size() >= kMaxFrames) {
    unit_.error(from, "macros or inclusions go too deep", "one of them uses itself without end");
    frames_.clear();
    return;
  }
  frames_.push_back({std::move(lines), repeats, macro, conditions, from});
}

std::optional<std::size_t> Reader::leave_macro() {
  while (!frames_.empty() && !frames_.back().macro) frames_.pop_back();
  if (frames_.empty()) return std::nullopt;
  const std::size_t conditions = frames_.back().conditions;
  frames_.pop_back();
  return conditions;
}

std::optional<std::vector<const Line*>> Reader::block(const std::vector<std::string_view>& openers,
                                                      std::string_view closer, Place from) {
  std::vector<const Line*> lines;
  unsigned depth = 1;
  Frame* frame = frames_.empty() ? nullptr : &frames_.back();
  while (frame && frame->at < frame->lines.size()) {
    const Line* line = frame->lines[frame->at++];
    if (++delivered_ > unit_.options.max_lines) break;
    const auto word = first_word(line->text);
    depth += std::find(openers.begin(), openers.end(), word) != openers.end();
    if (word == closer && --depth == 0) return lines;
    lines.push_back(line);
  }
  unit_.error(from, fmt::format("this has no {}", closer),
              fmt::format("close it with {} in the same file or macro", closer));
  return std::nullopt;
}

}  // namespace ringside::zisa::assembler
