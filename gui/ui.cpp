#include "gui/ui.hpp"

#include <algorithm>

#include "gui/actions.hpp"

namespace ringside::gui {

namespace {
const char* end_of(std::string_view text) { return text.data() + text.size(); }
}  // namespace

// --- text ---

void Ui::text(std::string_view text, Tone tone, Face face) {
  const WithFace font(*this, face);
  ImGui::PushStyleColor(ImGuiCol_Text, theme.ink(tone));
  ImGui::TextUnformatted(text.data(), end_of(text));
  ImGui::PopStyleColor();
  note_text(text, ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
}

void Ui::wrapped(std::string_view words, Tone tone, Face face) {
  ImGui::PushTextWrapPos(0);
  text(words, tone, face);
  ImGui::PopTextWrapPos();
}

void Ui::right(std::string_view words, Tone tone, Face face) {
  const float room = ImGui::GetContentRegionAvail().x - size(words, face).x;
  if (room > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + room);
  text(words, tone, face);
}

void Ui::text_at(ImDrawList& list, ImVec2 at, std::string_view text, ImU32 ink, Face face) {
  list.AddText(fonts[face], fonts.size(face), at, ink, text.data(), end_of(text));
  const ImVec2 room = size(text, face);
  note_text(text, at, {at.x + room.x, at.y + room.y});
}

ImVec2 Ui::size(std::string_view text, Face face) const {
  const WithFace font(*this, face);
  return ImGui::CalcTextSize(text.data(), end_of(text));
}

// --- things to press ---

bool Ui::button(std::string_view name, std::string_view label, bool enabled) {
  ImGui::BeginDisabled(!enabled);
  const bool pressed = ImGui::Button((std::string(label) + "##" + std::string(name)).c_str());
  ImGui::EndDisabled();
  note(name, label, enabled);
  note_text(label, ImGui::GetItemRectMin(), ImGui::GetItemRectMax());
  return pressed;
}

bool Ui::icon_button(std::string_view name, Icon which, bool enabled) {
  const float side = px(28);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::BeginDisabled(!enabled);
  const bool pressed = ImGui::InvisibleButton(std::string(name).c_str(), {side, side});
  ImGui::EndDisabled();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  if (enabled && ImGui::IsItemHovered())
    list.AddRectFilled(at, {at.x + side, at.y + side},
                       theme.ink(ImGui::IsItemActive() ? Tone::kSelected : Tone::kHover), px(4));
  icon(list, which, {at.x + side / 2, at.y + side / 2}, px(6), theme.ink(enabled ? Tone::kText : Tone::kFaint));
  note(name, "", enabled);
  return pressed;
}

bool Ui::link(std::string_view name, std::string_view words, Tone tone, Face face) {
  text(words, tone, face);
  const ImVec2 min = ImGui::GetItemRectMin(), max = ImGui::GetItemRectMax();
  note(name, words);
  const bool over = ImGui::IsItemHovered();
  if (over) {
    ImGui::GetWindowDrawList()->AddLine({min.x, max.y}, max, theme.ink(tone));
    ImGui::SetMouseCursor(ImGuiMouseCursor_Hand);
  }
  return over && ImGui::IsMouseReleased(ImGuiMouseButton_Left);
}

namespace {
int grow(ImGuiInputTextCallbackData* data) {
  auto& text = *static_cast<std::string*>(data->UserData);
  if (data->EventFlag == ImGuiInputTextFlags_CallbackResize) {
    text.resize(static_cast<std::size_t>(data->BufTextLen));
    data->Buf = text.data();
  }
  return 0;
}
}  // namespace

bool Ui::field(std::string_view name, std::string_view hint, std::string& text, float width) {
  ImGui::SetNextItemWidth(width);
  const bool entered = ImGui::InputTextWithHint(
      ("##" + std::string(name)).c_str(), std::string(hint).c_str(), text.data(), text.capacity() + 1,
      ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_CallbackResize, grow, &text);
  note(name, text);
  return entered;
}

bool Ui::action_button(std::string_view id, Icon which) {
  const Action* action = actions.find(id);
  const bool enabled = action && action->enabled();
  const bool pressed = icon_button(id, which, enabled);
  if (action)
    tip(action->name + (action->keys.empty() ? "" : "   " + key_text(action->keys.front())) + "\n" + action->help);
  if (pressed && enabled) action->run();
  return pressed;
}

// --- marks ---

void Ui::chip(std::string_view text, Tone tone) {
  const WithFace font(*this, Face::kStrong);
  const ImVec2 words = ImGui::CalcTextSize(text.data(), end_of(text));
  const ImVec2 at = ImGui::GetCursorScreenPos(), max{at.x + words.x + px(10), at.y + words.y};
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(at, max, theme.ink(tone), px(3));
  list.AddText({at.x + px(5), at.y}, theme.ink_on(tone), text.data(), end_of(text));
  ImGui::Dummy({max.x - at.x, max.y - at.y});
  note_text(text, at, max);
}

void Ui::lie(std::string_view name, std::string_view why) {
  chip("\u2260", Tone::kLie);
  note(name, why);
  tip(why, "docs/holes.md");
}

void Ui::rule() {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float y = at.y + px(4);
  ImGui::GetWindowDrawList()->AddLine({at.x, y}, {at.x + ImGui::GetContentRegionAvail().x, y}, theme.ink(Tone::kRule));
  ImGui::Dummy({0, px(8)});
}

void Ui::tip(std::string_view sentence, std::string_view section) {
  if (sentence.empty() || !ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) return;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {px(12), px(8)});
  ImGui::BeginTooltip();
  ImGui::PushTextWrapPos(px(420));
  text(sentence);
  ImGui::PopTextWrapPos();
  if (!section.empty()) text(section, Tone::kDim, Face::kSmall);
  ImGui::EndTooltip();
  ImGui::PopStyleVar();
}

void Ui::empty(std::string_view title, std::string_view how, std::string_view action) {
  const ImVec2 room = ImGui::GetContentRegionAvail();
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + std::max(0.f, room.y * 0.38f - px(32)));
  const auto centred = [&](std::string_view line, Tone tone, Face face) {
    const float indent = (ImGui::GetContentRegionAvail().x - size(line, face).x) / 2;
    if (indent > 0) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + indent);
    wrapped(line, tone, face);
  };
  centred(title, Tone::kText, Face::kStrong);
  centred(how, Tone::kDim, Face::kBody);
  const Action* found = action.empty() ? nullptr : actions.find(action);
  if (!found) return;
  const float width = size(found->name).x + px(16);
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.f, (ImGui::GetContentRegionAvail().x - width) / 2));
  if (button(action, found->name, found->enabled())) found->run();
}

// --- the probe ---

void Ui::note(std::string_view name, std::string_view text, bool enabled) {
  if (probe) note(name, ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), text, enabled);
}
void Ui::note(std::string_view name, ImVec2 min, ImVec2 max, std::string_view text, bool enabled) {
  if (probe) probe->item(name, {min, max, std::string(text), enabled});
}

// What is scrolled out of sight cannot be read.
void Ui::note_text(std::string_view text, ImVec2 min, ImVec2 max) {
  if (!probe) return;
  const ImDrawList& list = *ImGui::GetWindowDrawList();
  const ImVec2 from = list.GetClipRectMin(), to = list.GetClipRectMax();
  if (min.x < to.x && min.y < to.y && max.x > from.x && max.y > from.y) probe->text(text, min, max);
}

}  // namespace ringside::gui
