#include "gui/editor.hpp"

#include <algorithm>
#include <string_view>

namespace ringside::gui {

namespace {

u32 lines_of(const std::string& text) { return static_cast<u32>(std::count(text.begin(), text.end(), '\n')) + 1; }

std::size_t offset_of(std::string_view text, u32 line, u32 column) {
  std::size_t at = 0;
  for (u32 i = 1; i < line && at < text.size(); ++i) at = std::min(text.find('\n', at), text.size() - 1) + 1;
  const auto end = std::min(text.find('\n', at), text.size());
  return std::min(end, at + (column > 0 ? column - 1 : 0));
}

// Of the widest line, in characters: the face is monospaced.
std::size_t widest(std::string_view text) {
  std::size_t most = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto tabs = static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\t'));
    most = std::max(most, end + 3 * tabs);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return most;
}

}  // namespace

// Dear ImGui says here where the cursor is, and lets it be moved; and asks for room.
int Editor::watch(ImGuiInputTextCallbackData* data) {
  Editor& self = *static_cast<Editor*>(data->UserData);
  if (data->EventFlag == ImGuiInputTextFlags_CallbackResize) {
    self.text_->resize(static_cast<std::size_t>(data->BufTextLen));
    data->Buf = self.text_->data();
    return 0;
  }
  const std::string_view text(data->Buf, static_cast<std::size_t>(data->BufTextLen));
  if (self.wanted_line_ != 0) {
    data->CursorPos = static_cast<int>(offset_of(text, self.wanted_line_, self.wanted_column_));
    data->SelectionStart = data->SelectionEnd = data->CursorPos;
    self.wanted_line_ = 0;
  }
  self.line_ = static_cast<u32>(std::count(text.begin(), text.begin() + data->CursorPos, '\n')) + 1;
  return 0;
}

// The field is as large as its text, so that what stands around it scrolls, with the numbers.
bool Editor::draw(Ui& ui, std::string& text, const Marks& marks, ImVec2 size) {
  const WithFace face(ui, Face::kMono);
  ImGui::PushStyleColor(ImGuiCol_ChildBg, ui.theme.vec(Tone::kPane));
  ImGui::BeginChild("editor", size, false, ImGuiWindowFlags_HorizontalScrollbar);
  ImGui::PopStyleColor();
  const float line = ImGui::GetTextLineHeight();
  const float letter = ImGui::CalcTextSize("0").x, gutter = letter * 5 + ui.px(8);
  float beside = 0;
  for (const auto& [number, what] : marks) beside = std::max(beside, ui.size(what, Face::kSmall).x + ui.px(48));
  const ImVec2 room{std::max(size.x - gutter - ui.px(16), static_cast<float>(widest(text) + 4) * letter + beside),
                    std::max(size.y - ui.px(16), static_cast<float>(lines_of(text) + 1) * line + ui.px(8))};
  draw_gutter(ui, text, marks, gutter);
  ImGui::SetCursorPos({gutter, 0});
  const bool changed = draw_text(ui, text, room);
  follow_cursor(ui, line);
  ImGui::EndChild();
  return changed;
}

// Numbers, and behind the text of a marked line a ground and the message.
void Editor::draw_gutter(Ui& ui, const std::string& text, const Marks& marks, float gutter) {
  const float height = ImGui::GetTextLineHeight(), pad = ui.px(4);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 clip = list.GetClipRectMin(), end = list.GetClipRectMax();
  std::size_t from = 0;
  for (u32 number = 1; number <= lines_of(text); ++number) {
    const auto to = std::min(text.find('\n', from), text.size());
    const float y = at.y + pad + static_cast<float>(number - 1) * height;
    const auto mark = marks.find(number);
    if (y + height > clip.y && y < end.y) {
      if (mark != marks.end()) list.AddRectFilled({clip.x, y}, {end.x, y + height}, ui.theme.ink(Tone::kBad, 0.16f));
      const std::string digits = std::to_string(number);
      const float x = at.x + gutter - ui.px(10) - ui.size(digits, Face::kMono).x;
      const Tone tone = mark != marks.end() ? Tone::kBad : number == line_ && active_ ? Tone::kText : Tone::kDim;
      ui.text_at(list, {x, y}, digits, ui.theme.ink(tone), Face::kMono);
      if (mark != marks.end()) {
        ui.text_at(list, {at.x + ui.px(2), y}, "!", ui.theme.ink(Tone::kBad), Face::kMono);
        const float text_end = at.x + gutter + pad + ui.size(std::string_view(text).substr(from, to - from), Face::kMono).x;
        ui.text_at(list, {text_end + ui.px(24), y + ui.px(1)}, mark->second, ui.theme.ink(Tone::kBad), Face::kSmall);
        ui.note("mark." + digits, {at.x, y}, {end.x, y + height}, mark->second);
      }
    }
    from = std::min(to + 1, text.size());
  }
}

bool Editor::draw_text(Ui& ui, std::string& text, ImVec2 size) {
  text_ = &text;
  if (wanted_line_ != 0) ImGui::SetKeyboardFocusHere();
  for (const auto part : {ImGuiCol_FrameBg, ImGuiCol_ChildBg, ImGuiCol_Border}) ImGui::PushStyleColor(part, ImVec4(0, 0, 0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {ui.px(4), ui.px(4)});
  const std::string before = text;
  const bool was_active = active_;
  constexpr auto kFlags = ImGuiInputTextFlags_AllowTabInput | ImGuiInputTextFlags_CallbackResize | ImGuiInputTextFlags_CallbackAlways;
  bool changed = ImGui::InputTextMultiline("##text", text.data(), text.capacity() + 1, size, kFlags, watch, this);
  active_ = ImGui::IsItemActive();
  // Escape leaves the field. Dear ImGui would bring back what it was given when the field was entered: hours of work.
  if (was_active && !active_ && pressed({Key::kEscape})) text = before, changed = false;
  ui.note("text", text);
  ImGui::PopStyleVar();
  ImGui::PopStyleColor(3);
  return changed;
}

void Editor::follow_cursor(const Ui& ui, float line_height) {
  if (at_border_ > 0) --at_border_, ImGui::SetScrollX(0);
  if (!active_ || line_ == seen_line_) return;
  seen_line_ = line_;
  const float y = static_cast<float>(line_ - 1) * line_height + ui.px(4), scroll = ImGui::GetScrollY(), height = ImGui::GetWindowHeight();
  if (y < scroll) ImGui::SetScrollY(std::max(0.f, y - line_height));
  if (y + 3 * line_height > scroll + height) ImGui::SetScrollY(y + 3 * line_height - height);
}

}  // namespace ringside::gui
