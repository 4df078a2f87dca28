#include "gui/prose.hpp"

#include <algorithm>
#include <cctype>

namespace ringside::gui {

namespace {

// Fills lines with words; what is of one kind and on one line is drawn in one piece.
class Flow {
 public:
  Flow(Ui& ui, std::string_view name, const ProseStyle& style, const std::function<void(const std::string&)>& follow)
      : ui_(ui), name_(name), style_(style), follow_(follow), start_(ImGui::GetCursorScreenPos()), at_(start_),
        right_(start_.x + ImGui::GetContentRegionAvail().x), line_(std::max(ui.fonts.size(style.face) * 1.4f, ui.px(18))) {}

  void add(const Span& span) {
    if (span.text == "\n") return new_line();
    face_ = span.code ? Face::kMono : span.strong || span.emphasis ? Face::kStrong : style_.face;
    if (style_.face == Face::kTitle && !span.code) face_ = Face::kTitle;
    piece_.clear();
    for (std::size_t i = 0; i < span.text.size();) {
      const auto end = std::min(span.text.find(' ', i + 1), span.text.size());
      add_word(span, span.text.substr(i, end - i));
      i = end;
    }
    flush(span);
  }

  void finish() {
    ImGui::SetCursorScreenPos(start_);
    ImGui::Dummy({right_ - start_.x, at_.y + line_ - start_.y});
  }

 private:
  // A word comes with the blank before it. A full stop stays with what it follows.
  void add_word(const Span& span, const std::string& word) {
    const bool sticks = word.size() == 1 && std::ispunct(static_cast<unsigned char>(word[0]));
    if (!sticks && at_.x + ui_.size(piece_ + word, face_).x > right_ && at_.x + ui_.size(piece_, face_).x > start_.x + 1) {
      flush(span);
      new_line();
    }
    piece_ += at_.x <= start_.x + 0.5f && piece_.empty() && word[0] == ' ' ? word.substr(1) : word;
  }

  void new_line() { at_ = {start_.x, at_.y + line_}; }

  void flush(const Span& span) {
    if (piece_.empty()) return;
    const ImVec2 size = ui_.size(piece_, face_);
    const float y = at_.y + (line_ - size.y) / 2;
    if (span.code) draw_ground({at_.x - ui_.px(2), y - ui_.px(1)}, {at_.x + size.x + ui_.px(2), y + size.y + ui_.px(1)});
    const Tone tone = span.link.empty() ? style_.tone : Tone::kAccent;
    ui_.text_at(*ImGui::GetWindowDrawList(), {at_.x, y}, piece_, ui_.theme.ink(tone), face_);
    if (!span.link.empty()) draw_link(span.link, {at_.x, y}, size);
    at_.x += size.x;
    piece_.clear();
  }

  void draw_ground(ImVec2 min, ImVec2 max) const {
    ImGui::GetWindowDrawList()->AddRectFilled(min, max, ui_.theme.ink(Tone::kRaised), ui_.px(3));
  }

  void draw_link(const std::string& link, ImVec2 at, ImVec2 size) {
    const std::string id = name_ + "." + std::to_string(links_++);
    ImGui::SetCursorScreenPos(at);
    const bool pressed = ImGui::InvisibleButton(id.c_str(), size);
    ui_.note(id, piece_);
    const float y = at.y + size.y;
    ImGui::GetWindowDrawList()->AddLine({at.x, y}, {at.x + size.x, y}, ui_.theme.ink(Tone::kAccent, ImGui::IsItemHovered() ? 1.f : 0.4f));
    if (ImGui::IsItemHovered()) ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
    if (pressed) follow_(link);
  }

  Ui& ui_;
  std::string name_;
  ProseStyle style_;
  const std::function<void(const std::string&)>& follow_;
  ImVec2 start_, at_;
  float right_, line_;
  Face face_ = Face::kBody;
  std::string piece_;
  int links_ = 0;
};

}  // namespace

void draw_prose(Ui& ui, std::string_view name, const std::vector<Span>& spans, const ProseStyle& style,
                const std::function<void(const std::string& link)>& follow) {
  Flow flow(ui, name, style, follow);
  for (const Span& span : spans) flow.add(span);
  flow.finish();
}

std::string plain_text(const std::vector<Span>& spans) {
  std::string all;
  for (const Span& span : spans) all += span.text;
  return all;
}

}  // namespace ringside::gui
