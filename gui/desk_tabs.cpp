// A pane with tabs: its title, its panel, what can be done with it.
#include <algorithm>

#include "gui/actions.hpp"
#include "gui/desk.hpp"
#include "gui/keys.hpp"
#include "gui/panels.hpp"

namespace ringside::gui {

namespace {

// What makes a child keep a distance to its border was a flag of windows before 1.90.
bool begin_padded_child(const char* id, ImVec2 size) {
#if IMGUI_VERSION_NUM >= 19000
  return ImGui::BeginChild(id, size, ImGuiChildFlags_AlwaysUseWindowPadding);
#else
  return ImGui::BeginChild(id, size, false, ImGuiWindowFlags_AlwaysUseWindowPadding);
#endif
}

}  // namespace

void Desk::draw_tabs(Ui& ui, Pane& pane, ImVec2 min, ImVec2 max, const std::string& path) {
  ImGui::PushID(path.c_str());
  ImDrawList& list = *ImGui::GetWindowDrawList();
  list.AddRectFilled(min, max, ui.theme.ink(Tone::kPane), ui.px(4));
  ImVec2 at{min.x + ui.px(12), min.y};
  for (std::size_t i = 0; i < pane.tabs.size(); ++i) draw_tab(ui, pane, i, at);
  const std::string shown = pane.tabs.empty() ? "" : pane.tabs[pane.shown];
  ImGui::SetCursorScreenPos({max.x - ui.px(60), min.y + ui.px(2)});
  if (ui.icon_button("more." + shown, Icon::kMore)) ImGui::OpenPopup("more");
  draw_menu(ui, pane);
  ImGui::SetCursorScreenPos({max.x - ui.px(32), min.y + ui.px(2)});
  if (ui.icon_button("fold." + shown, pane.folded ? Icon::kUnfold : Icon::kFold))
    pane.folded = !pane.folded, changed_ = true;
  if (!pane.folded && !shown.empty()) draw_body(ui, shown, {min.x, min.y + ui.px(kTitle)}, max);
  ImGui::PopID();
}

void Desk::draw_tab(Ui& ui, Pane& pane, std::size_t index, ImVec2& at) {
  const PanelInfo& info = *find_panel(pane.tabs[index]);
  const bool shown = index == pane.shown;
  const ImVec2 words = ui.size(info.title, Face::kStrong);
  ImGui::SetCursorScreenPos(at);
  const bool pressed = ImGui::InvisibleButton(("tab." + pane.tabs[index]).c_str(), {words.x, ui.px(kTitle)});
  ui.note("tab." + pane.tabs[index], info.title);
  if (pressed) changed_ = changed_ || !shown, pane.shown = index;
  if (ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) maximize(pane.tabs[index]);
  ui.tip(info.summary);
  const bool lit = shown || ImGui::IsItemHovered();
  ImDrawList& list = *ImGui::GetWindowDrawList();
  ui.text_at(list, {at.x, at.y + (ui.px(kTitle) - words.y) / 2}, info.title,
             ui.theme.ink(lit ? Tone::kText : Tone::kDim), Face::kStrong);
  if (shown && pane.tabs.size() > 1)
    list.AddRectFilled({at.x, at.y + ui.px(kTitle - 4)}, {at.x + words.x, at.y + ui.px(kTitle - 2)},
                       ui.theme.ink(Tone::kAccent));
  at.x += words.x + ui.px(16);
}

void Desk::draw_body(Ui& ui, const std::string& id, ImVec2 min, ImVec2 max) {
  if (max.x - min.x < 1 || max.y - min.y < 1) return;
  ImGui::SetCursorScreenPos(min);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(12), ui.px(2)});
  if (begin_padded_child(id.c_str(), {max.x - min.x, max.y - min.y - ui.px(4)})) {
    ImGui::PopStyleVar();
    const Scope scope(ui, id);
    ui.note("pane", min, max);
    ui.actions.did("panel." + id);
    panel(id).draw(ui);
  } else {
    ImGui::PopStyleVar();
  }
  ImGui::EndChild();
}

// --- what can be done with a pane ---

void Desk::draw_menu(Ui& ui, Pane& pane) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(12), ui.px(8)});
  if (ImGui::BeginPopup("more")) {
    const std::string shown = pane.tabs.empty() ? "" : pane.tabs[pane.shown];
    const auto item = [&](const char* name, const char* label, bool enabled) {
      const bool chosen = ImGui::MenuItem(label, nullptr, false, enabled);
      ui.note(std::string("pane.") + name, label, enabled);
      return chosen;
    };
    if (item("maximize", maximized_ == shown ? "All panes again" : "Only this pane", !shown.empty())) maximize(shown);
    if (item("right", "Split to the right", pane.tabs.size() > 1)) split(pane, Pane::Kind::kRow);
    if (item("below", "Split below", pane.tabs.size() > 1)) split(pane, Pane::Kind::kColumn);
    if (item("close", "Close this panel", root_->tabs.size() != 1))
      edit_ = [&pane, shown] { std::erase(pane.tabs, shown); };
    ImGui::Separator();
    for (const PanelInfo& info : panels()) {
      const std::string id(info.id);
      if (!ImGui::MenuItem(std::string(info.title).c_str(), nullptr, std::ranges::count(pane.tabs, id) != 0)) continue;
      edit_ = [this, &pane, id] {
        if (Pane* other = find_tab(*root_, id); other && other != &pane) std::erase(other->tabs, id);
        if (!std::ranges::count(pane.tabs, id)) pane.tabs.push_back(id);
        pane.shown = static_cast<std::size_t>(std::ranges::find(pane.tabs, id) - pane.tabs.begin());
      };
    }
    if (pressed({Key::kEscape})) ImGui::CloseCurrentPopup();
    ImGui::EndPopup();
  }
  ImGui::PopStyleVar();
}

void Desk::split(Pane& pane, Pane::Kind kind) {
  edit_ = [&pane, kind] {
    const std::string moved = pane.tabs[pane.shown];
    Pane rest = pane;
    std::erase(rest.tabs, moved);
    rest.weight = 1, rest.shown = 0;
    pane = {kind, pane.weight, {std::move(rest), tabs(1, {moved})}, {}, 0, false};
  };
}

}  // namespace ringside::gui
