// The translation cache drawn: a block for each unit, as wide as it has operations, filled as high as it is hot; chains as
// lines from and to the chosen one.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/format.hpp"
#include "gui/panels/cache_view.hpp"

namespace ringside::gui {

namespace {

struct Block {
  ImVec2 min, max;
  ImVec2 top() const { return {(min.x + max.x) / 2, min.y}; }
};

// In rows from the left, as words are set.
std::vector<Block> placed(const Ui& ui, const session::UnitMap& map, ImVec2 at, float width, float& height) {
  const float row = ui.px(26), tall = ui.px(20), gap = ui.px(3);
  std::vector<Block> blocks;
  float x = 0, y = 0;
  for (const auto& unit : map.units) {
    const float wide = ui.px(7) + ui.px(3) * std::sqrt(static_cast<float>(unit.operations));
    if (x > 0 && x + wide > width) x = 0, y += row;
    blocks.push_back({{at.x + x, at.y + y}, {at.x + x + wide, at.y + y + tall}});
    x += wide + gap;
  }
  height = y + row;
  return blocks;
}

float share_of(u64 heat, u64 hottest) {
  return hottest == 0 || heat == 0
             ? 0
             : std::max(0.12f, std::sqrt(static_cast<float>(static_cast<double>(heat) / static_cast<double>(hottest))));
}

void draw_block(Ui& ui, ImDrawList& list, const CacheView& view, std::size_t i, const Block& b) {
  list.AddRectFilled(b.min, b.max, ui.theme.ink(Tone::kRaised));
  const float hot = share_of(view.heat[i], view.hottest);
  list.AddRectFilled({b.min.x, b.max.y - (b.max.y - b.min.y) * hot}, b.max, ui.theme.ink(Tone::kTranslation, 0.45f + 0.55f * hot));
  // Those of user code have a thick foot.
  if (view.map.units[i].mode == 'U') list.AddRectFilled({b.min.x, b.max.y - ui.px(3)}, b.max, ui.theme.ink(Tone::kUser));
  const bool chosen = i == view.chosen;
  list.AddRect(b.min, b.max, ui.theme.ink(chosen ? Tone::kText : Tone::kRule), 0, 0, chosen ? ui.px(2) : 1);
  if (i != view.here) return;
  const float x = (b.min.x + b.max.x) / 2, s = ui.px(4);
  list.AddTriangleFilled({x - s, b.min.y - ui.px(4)}, {x + s, b.min.y - ui.px(4)}, {x, b.min.y + ui.px(2)}, ui.theme.ink(Tone::kAccent));
}

void draw_chains(Ui& ui, ImDrawList& list, const CacheView& view, const std::vector<Block>& blocks) {
  if (view.chosen >= blocks.size()) return;
  const auto line = [&](std::size_t from, std::size_t to, Tone tone) {
    const ImVec2 a = blocks[from].top(), b = blocks[to].top();
    const float lift = ui.px(10) + std::abs(a.x - b.x) * 0.08f;
    list.AddBezierCubic({a.x, a.y + ui.px(6)}, {a.x, a.y - lift}, {b.x, b.y - lift}, {b.x, b.y + ui.px(6)}, ui.theme.ink(tone),
                        ui.px(1.6f));
    list.AddCircleFilled({b.x, b.y + ui.px(6)}, ui.px(3), ui.theme.ink(tone));
  };
  for (const std::size_t from : view.map.units[view.chosen].from) line(from, view.chosen, Tone::kDim);
  for (const std::size_t to : view.map.units[view.chosen].to) line(view.chosen, to, Tone::kAccent);
}

}  // namespace

std::string unit_name(const session::UnitSpot& unit) { return unit.symbol.empty() ? hex(unit.start) : unit.symbol; }

std::string unit_words(const session::UnitSpot& unit, u64 heat, Heat which) {
  std::string text = fmt::format("{}, {} of {} mode: {}; changed: {}, of these calls of the VMM: {}.", unit_name(unit), hex(unit.start),
                                 unit.mode == 'S' ? "supervisor" : "user", counted(unit.operations, "operation"), unit.changed, unit.calls);
  text += fmt::format("\nChained to {} and from {}; jumps that lead to the translator yet: {}; that look their target up: {}.",
                      counted(unit.to.size(), "unit"), counted(unit.from.size(), "unit"), unit.open, unit.hashed);
  return text + (which == Heat::kVmm
                     ? fmt::format("\nLeft for the VMM {}, which took {}.", counted(unit.exits, "time"), counted(unit.cycles, "cycle"))
                     : fmt::format("\nRan {}.", counted(heat, "instruction")));
}

std::optional<std::size_t> draw_cache_map(Ui& ui, const CacheView& view, Heat which) {
  std::optional<std::size_t> pressed;
  const ImVec2 corner = ImGui::GetCursorScreenPos(), at{corner.x, corner.y + ui.px(6)};
  float height = 0;
  const auto blocks = placed(ui, view.map, at, ImGui::GetContentRegionAvail().x - ui.px(12), height);
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float top = list.GetClipRectMin().y, bottom = list.GetClipRectMax().y;
  const bool over = ImGui::IsWindowHovered();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].max.y < top || blocks[i].min.y > bottom) continue;
    draw_block(ui, list, view, i, blocks[i]);
    ui.note(fmt::format("block.{:08x}", view.map.units[i].start), blocks[i].min, blocks[i].max, unit_name(view.map.units[i]));
    if (!over || !ImGui::IsMouseHoveringRect(blocks[i].min, blocks[i].max)) continue;
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) pressed = i;
    ImGui::SetTooltip("%s", unit_words(view.map.units[i], view.heat[i], which).c_str());
  }
  draw_chains(ui, list, view, blocks);
  ImGui::Dummy({1, height + ui.px(6)});
  return pressed;
}

}  // namespace ringside::gui
