#include "gui/markdown.hpp"

#include <md4c.h>

#include <algorithm>
#include <array>
#include <utility>

namespace ringside::gui {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\n"), to = text.find_last_not_of(" \t\n");
  return from == std::string_view::npos ? "" : text.substr(from, to - from + 1);
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(';'), text.size());
    if (const auto part = trimmed(text.substr(0, end)); !part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// The few that hand-outs have; others stay as they are written.
std::string entity(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, const char*>, 6> kKnown = {
      {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&nbsp;", "\u00a0"}, {"&ne;", "\u2260"}}};
  for (const auto& [name, is] : kKnown)
    if (text == name) return is;
  return std::string(text);
}

// What md4c calls back into: a document as it grows.
class Reader {
 public:
  std::vector<Block> blocks;

  void enter_block(MD_BLOCKTYPE type, void* detail) {
    if (type == MD_BLOCK_UL) lists_.push_back(0);
    if (type == MD_BLOCK_OL) lists_.push_back(static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start);
    if (type == MD_BLOCK_OL) numbered_.push_back(true);
    if (type == MD_BLOCK_UL) numbered_.push_back(false);
    if (type == MD_BLOCK_QUOTE) ++quotes_;
    if (type == MD_BLOCK_LI) begin_item(*static_cast<MD_BLOCK_LI_DETAIL*>(detail));
    if (type == MD_BLOCK_H) begin(Block::Kind::kHeading).level = static_cast<MD_BLOCK_H_DETAIL*>(detail)->level;
    if (type == MD_BLOCK_CODE) begin(Block::Kind::kCode);
    if (type == MD_BLOCK_HR) begin(Block::Kind::kRule);
    if (type == MD_BLOCK_HTML) in_html_ = true;
    // The first paragraph of an item is the item.
    if (type == MD_BLOCK_P && !std::exchange(item_is_open_, false)) begin(quotes_ ? Block::Kind::kQuote : Block::Kind::kText);
  }

  void leave_block(MD_BLOCKTYPE type) {
    if (type == MD_BLOCK_UL || type == MD_BLOCK_OL) lists_.pop_back(), numbered_.pop_back();
    if (type == MD_BLOCK_QUOTE) --quotes_;
    if (type == MD_BLOCK_LI) item_is_open_ = false;
    if (type == MD_BLOCK_HTML) in_html_ = false, take_comment();
  }

  void span(MD_SPANTYPE type, void* detail, bool on) {
    if (type == MD_SPAN_EM) style_.emphasis = on;
    if (type == MD_SPAN_STRONG) style_.strong = on;
    if (type == MD_SPAN_CODE) style_.code = on;
    if (type != MD_SPAN_A) return;
    const auto& href = static_cast<MD_SPAN_A_DETAIL*>(detail)->href;
    style_.link = on ? std::string(href.text, href.size) : "";
  }

  void text(MD_TEXTTYPE type, std::string_view words) {
    if (type == MD_TEXT_HTML) return add_comment(words);
    if (blocks.empty()) begin(Block::Kind::kText);
    if (type == MD_TEXT_BR) return add("\n");
    add(type == MD_TEXT_SOFTBR ? " " : type == MD_TEXT_ENTITY ? entity(words) : std::string(words));
  }

 private:
  Block& begin(Block::Kind kind) {
    item_is_open_ = false;
    return blocks.emplace_back(Block{kind, static_cast<unsigned>(lists_.size()), "", {}, false, "", {}});
  }

  void begin_item(const MD_BLOCK_LI_DETAIL& detail) {
    Block& block = begin(detail.is_task ? Block::Kind::kStep : Block::Kind::kItem);
    block.marker = numbered_.back() ? std::to_string(lists_.back()++) + "." : "\u2022";
    block.ticked = detail.is_task && detail.task_mark != ' ';
    item_is_open_ = true;
  }

  void add(std::string words) {
    auto& spans = blocks.back().spans;
    Span next = style_;
    next.text = std::move(words);
    // The lines of a block of code come one by one.
    if (blocks.back().kind == Block::Kind::kCode && !spans.empty()) return void(spans.back().text += next.text);
    const bool joins = !spans.empty() && next.text != "\n" && spans.back().text != "\n" && spans.back().strong == next.strong &&
                       spans.back().emphasis == next.emphasis && spans.back().code == next.code && spans.back().link == next.link;
    if (joins) spans.back().text += next.text;
    else spans.push_back(std::move(next));
  }

  // A comment comes in pieces, a line each.
  void add_comment(std::string_view words) {
    comment_ += words;
    if (!in_html_ && comment_.ends_with("-->")) take_comment();
  }

  void take_comment() {
    const std::string all = std::exchange(comment_, "");
    std::string_view text = trimmed(all);
    if (blocks.empty() || !text.starts_with("<!--") || !text.ends_with("-->")) return;
    text = trimmed(text.substr(4, text.size() - 7));
    if (text.starts_with("when:")) blocks.back().when = trimmed(text.substr(5));
    if (text.starts_with("do:")) blocks.back().does = split(text.substr(3));
  }

  Span style_;
  std::vector<unsigned> lists_;  ///< that are open: the next number
  std::vector<bool> numbered_;
  std::string comment_;
  unsigned quotes_ = 0;
  bool item_is_open_ = false, in_html_ = false;
};

Reader& of(void* reader) { return *static_cast<Reader*>(reader); }

MD_PARSER parser() {
  MD_PARSER p = {};
  p.flags = MD_FLAG_TASKLISTS | MD_FLAG_NOINDENTEDCODEBLOCKS | MD_FLAG_PERMISSIVEURLAUTOLINKS;
  p.enter_block = [](MD_BLOCKTYPE type, void* detail, void* r) { return of(r).enter_block(type, detail), 0; };
  p.leave_block = [](MD_BLOCKTYPE type, void*, void* r) { return of(r).leave_block(type), 0; };
  p.enter_span = [](MD_SPANTYPE type, void* detail, void* r) { return of(r).span(type, detail, true), 0; };
  p.leave_span = [](MD_SPANTYPE type, void* detail, void* r) { return of(r).span(type, detail, false), 0; };
  p.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* r) { return of(r).text(type, {text, size}), 0; };
  return p;
}

// What follows a last blank before a comment is nothing to be seen.
void trim(Block& block) {
  while (!block.spans.empty() && block.kind != Block::Kind::kCode) {
    std::string& last = block.spans.back().text;
    while (last.ends_with(' ')) last.pop_back();
    if (!last.empty()) return;
    block.spans.pop_back();
  }
}

}  // namespace

std::vector<Block> parse_markdown(std::string_view text) {
  Reader reader;
  const MD_PARSER p = parser();
  md_parse(text.data(), static_cast<MD_SIZE>(text.size()), &p, &reader);
  for (Block& block : reader.blocks) trim(block);
  return std::move(reader.blocks);
}

}  // namespace ringside::gui
