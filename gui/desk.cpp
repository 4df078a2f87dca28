#include "gui/desk.hpp"

#include <algorithm>

#include "gui/keys.hpp"
#include "gui/panels.hpp"

namespace ringside::gui {

namespace {

constexpr float kTitle = 32, kGap = 8, kLeast = 72;

// Room of each child along the direction, in pixels: what is folded has its title, the rest is shared by weight.
std::vector<float> shares(const Ui& ui, const Pane& pane, float room) {
  float weights = 0;
  room -= ui.px(kGap) * static_cast<float>(pane.children.size() - 1);
  for (const Pane& child : pane.children) {
    if (child.folded) room -= ui.px(kTitle);
    else weights += child.weight;
  }
  std::vector<float> sizes;
  for (const Pane& child : pane.children)
    sizes.push_back(child.folded ? ui.px(kTitle) : std::max(0.f, room) * child.weight / weights);
  return sizes;
}

}  // namespace

Panel& Desk::panel(const std::string& id) {
  auto& slot = panels_[id];
  if (!slot) slot = find_panel(id)->make();
  return *slot;
}

void Desk::show(Pane& root, const std::string& id) {
  Pane* pane = find_tab(root, id);
  if (!pane) {
    for (pane = &root; !pane->children.empty();) pane = &pane->children.back();
    pane->tabs.push_back(id);
  }
  pane->shown = static_cast<std::size_t>(std::ranges::find(pane->tabs, id) - pane->tabs.begin());
  pane->folded = false;
  if (!maximized_.empty()) maximized_ = id;
  changed_ = true;
}

void Desk::draw(Ui& ui, Pane& root, ImVec2 min, ImVec2 max) {
  root_ = &root;
  Pane* alone = maximized_.empty() ? nullptr : find_tab(root, maximized_);
  if (alone)
    draw_tabs(ui, *alone, min, max, "alone");
  else
    draw_pane(ui, root, min, max, "0", false);
  if (const auto edit = std::exchange(edit_, {})) edit(), tidy(root), changed_ = true;
}

void Desk::draw_pane(Ui& ui, Pane& pane, ImVec2 min, ImVec2 max, const std::string& path, bool in_row) {
  if (pane.kind != Pane::Kind::kTabs) return draw_children(ui, pane, min, max, path);
  if (!pane.folded || !in_row) return draw_tabs(ui, pane, min, max, path);
  // A strip that is as narrow as a title is high.
  ImGui::GetWindowDrawList()->AddRectFilled(min, max, ui.theme.ink(Tone::kPane), ui.px(4));
  ImGui::SetCursorScreenPos({min.x + ui.px(2), min.y + ui.px(2)});
  if (ui.icon_button("fold." + pane.tabs[pane.shown], Icon::kUnfold)) pane.folded = false, changed_ = true;
  ui.tip("Unfold " + std::string(find_panel(pane.tabs[pane.shown])->title));
}

// --- rows and columns ---

void Desk::draw_children(Ui& ui, Pane& pane, ImVec2 min, ImVec2 max, const std::string& path) {
  const bool in_row = pane.kind == Pane::Kind::kRow;
  const auto sizes = shares(ui, pane, in_row ? max.x - min.x : max.y - min.y);
  float weights = 0, pixels = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    if (!pane.children[i].folded) weights += pane.children[i].weight, pixels += sizes[i];
  float at = in_row ? min.x : min.y;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const float end = at + sizes[i], next = end + ui.px(kGap);
    const ImVec2 from = in_row ? ImVec2{at, min.y} : ImVec2{min.x, at};
    const ImVec2 to = in_row ? ImVec2{end, max.y} : ImVec2{max.x, end};
    draw_pane(ui, pane.children[i], from, to, path + "." + std::to_string(i), in_row);
    if (i + 1 < sizes.size())
      draw_border(ui, pane, i, in_row ? ImVec2{end, min.y} : ImVec2{min.x, end}, in_row ? ImVec2{next, max.y} : ImVec2{max.x, next},
                  pixels > 0 ? weights / pixels : 0, path + "|" + std::to_string(i));
    at = next;
  }
}

// Dragging it gives to one neighbour what it takes from the other.
void Desk::draw_border(Ui& ui, Pane& pane, std::size_t after, ImVec2 min, ImVec2 max, float per_pixel, const std::string& path) {
  Pane &before = pane.children[after], &behind = pane.children[after + 1];
  const bool in_row = pane.kind == Pane::Kind::kRow;
  ImGui::SetCursorScreenPos(min);
  ImGui::InvisibleButton(path.c_str(), {std::max(1.f, max.x - min.x), std::max(1.f, max.y - min.y)});
  ui.note("border." + path);
  if (before.folded || behind.folded) return;
  const bool active = ImGui::IsItemActive();
  if (active || ImGui::IsItemHovered()) {
    ImGui::SetMouseCursor(in_row ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
    const ImVec2 middle{(min.x + max.x) / 2, (min.y + max.y) / 2};
    const ImVec2 half = in_row ? ImVec2{ui.px(1), (max.y - min.y) / 2} : ImVec2{(max.x - min.x) / 2, ui.px(1)};
    ImGui::GetWindowDrawList()->AddRectFilled({middle.x - half.x, middle.y - half.y}, {middle.x + half.x, middle.y + half.y},
                                              ui.theme.ink(Tone::kAccent), ui.px(1));
  }
  if (!active) return;
  const ImVec2 delta = ImGui::GetIO().MouseDelta;
  const float least = ui.px(kLeast) * per_pixel, both = before.weight + behind.weight;
  if (both < 2 * least) return;
  const float moved = std::clamp(before.weight + (in_row ? delta.x : delta.y) * per_pixel, least, both - least);
  changed_ = changed_ || moved != before.weight;
  behind.weight = both - moved;
  before.weight = moved;
}

// --- a pane with tabs ---

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
  if (ui.icon_button("fold." + shown, pane.folded ? Icon::kUnfold : Icon::kFold)) pane.folded = !pane.folded, changed_ = true;
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
  ui.text_at(list, {at.x, at.y + (ui.px(kTitle) - words.y) / 2}, info.title, ui.theme.ink(lit ? Tone::kText : Tone::kDim), Face::kStrong);
  if (shown && pane.tabs.size() > 1)
    list.AddRectFilled({at.x, at.y + ui.px(kTitle - 4)}, {at.x + words.x, at.y + ui.px(kTitle - 2)}, ui.theme.ink(Tone::kAccent));
  at.x += words.x + ui.px(16);
}

void Desk::draw_body(Ui& ui, const std::string& id, ImVec2 min, ImVec2 max) {
  if (max.x - min.x < 1 || max.y - min.y < 1) return;
  ImGui::SetCursorScreenPos(min);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {ui.px(12), ui.px(2)});
  if (ImGui::BeginChild(id.c_str(), {max.x - min.x, max.y - min.y - ui.px(4)}, false, ImGuiWindowFlags_AlwaysUseWindowPadding)) {
    ImGui::PopStyleVar();
    const Scope scope(ui, id);
    ui.note("pane", min, max);
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
    if (item("close", "Close this panel", root_->tabs.size() != 1)) edit_ = [&pane, shown] { std::erase(pane.tabs, shown); };
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
