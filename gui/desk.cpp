#include "gui/desk.hpp"

#include <algorithm>

#include "gui/panels.hpp"

namespace ringside::gui {

namespace {

constexpr float kGap = 8, kLeast = 72;

// Room of each child along the direction, in pixels: what is folded has its title, the rest is shared by weight.
std::vector<float> shares(const Ui& ui, const Pane& pane, float room) {
  float weights = 0;
  room -= ui.px(kGap) * static_cast<float>(pane.children.size() - 1);
  for (const Pane& child : pane.children) {
    if (child.folded)
      room -= ui.px(Desk::kTitle);
    else
      weights += child.weight;
  }
  std::vector<float> sizes;
  for (const Pane& child : pane.children)
    sizes.push_back(child.folded ? ui.px(Desk::kTitle) : std::max(0.f, room) * child.weight / weights);
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
      draw_border(ui, pane, i, in_row ? ImVec2{end, min.y} : ImVec2{min.x, end},
                  in_row ? ImVec2{next, max.y} : ImVec2{max.x, next}, pixels > 0 ? weights / pixels : 0,
                  path + "|" + std::to_string(i));
    at = next;
  }
}

// Dragging it gives to one neighbour what it takes from the other.
void Desk::draw_border(Ui& ui, Pane& pane, std::size_t after, ImVec2 min, ImVec2 max, float per_pixel,
                       const std::string& path) {
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
    ImGui::GetWindowDrawList()->AddRectFilled({middle.x - half.x, middle.y - half.y},
                                              {middle.x + half.x, middle.y + half.y}, ui.theme.ink(Tone::kAccent),
                                              ui.px(1));
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

}  // namespace ringside::gui
