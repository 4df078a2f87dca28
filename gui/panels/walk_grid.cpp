#include "gui/panels/walk_grid.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gui/format.hpp"
#include "gui/panels/walk_text.hpp"

namespace ringside::gui {

using session::Walked;
using session::WalkedReference;

namespace {

struct Grid {
  ImVec2 at;
  float heads = 0, cell = 0, row = 0;
  unsigned levels = 0;
};

void draw_cell(Ui& ui, const Walked& walk, const WalkedReference& reference, const Grid& grid, unsigned& selected) {
  const unsigned column = reference.guest ? grid.levels : reference.entry.level;
  const ImVec2 min{grid.at.x + grid.heads + static_cast<float>(column) * grid.cell, grid.at.y + static_cast<float>(reference.row + 1) * grid.row};
  const ImVec2 size{grid.cell - ui.px(4), grid.row - ui.px(4)}, max{min.x + size.x, min.y + size.y};
  ImGui::SetCursorScreenPos(min);
  if (ImGui::InvisibleButton(fmt::format("cell{}", reference.number).c_str(), size)) selected = reference.number;
  const std::string number = std::to_string(reference.number), why = session::forbidding_text(reference.bits);
  ui.note("cell." + number, name_of(walk, reference));
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Tone tone = reference.guest ? Tone::kKernel : Tone::kVmm;
  list.AddRectFilled(min, max, ui.theme.ink(tone), ui.px(reference.guest ? 10 : 3));
  const bool lit = selected == reference.number || ImGui::IsItemHovered();
  if (lit) list.AddRect({min.x - ui.px(2), min.y - ui.px(2)}, {max.x + ui.px(2), max.y + ui.px(2)}, ui.theme.ink(Tone::kText), ui.px(4), 0, ui.px(1.5f));
  const ImVec2 words = ui.size(number, Face::kMono);
  ui.text_at(list, {min.x + (size.x - words.x) / 2, min.y + (size.y - words.y) / 2}, number, ui.theme.ink_on(tone), Face::kMono);
  if (!why.empty()) {
    list.AddRectFilled({max.x - ui.px(16), min.y}, {max.x, max.y}, ui.theme.ink(Tone::kPane));
    list.AddRect(min, max, ui.theme.ink(Tone::kBad), ui.px(3), 0, ui.px(2));
    draw_cross(ui, list, {max.x - ui.px(8), (min.y + max.y) / 2}, ui.px(4), ui.theme.ink(Tone::kBad));
  }
  ui.tip(fmt::format("Reference {}: {}, entry {} at {}, reads {}{}", number, name_of(walk, reference), reference.entry.index,
                     hex(reference.entry.address), hex(reference.entry.entry), why.empty() ? "" : ". It forbids the access: " + why));
}

void draw_heads(Ui& ui, const Grid& grid, unsigned rows) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto put = [&](float x, float y, const std::string& text) {
    ui.text_at(list, {x, y + (grid.row - ui.fonts.size(Face::kSmall)) / 2 - ui.px(2)}, text, ui.theme.ink(Tone::kDim), Face::kSmall);
  };
  for (unsigned i = 0; i <= grid.levels; ++i)
    put(grid.at.x + grid.heads + static_cast<float>(i) * grid.cell + ui.px(2), grid.at.y,
        i == grid.levels ? "guest" : fmt::format("{}L{}", grid.cell > ui.px(70) ? "nested " : "n", i));
  for (unsigned i = 0; i < rows; ++i)
    put(grid.at.x, grid.at.y + static_cast<float>(i + 1) * grid.row, i + 1 == rows ? "the address" : fmt::format("guest L{}", i));
}

}  // namespace

void draw_cross(Ui& ui, ImDrawList& list, ImVec2 centre, float size, ImU32 ink) {
  list.AddLine({centre.x - size, centre.y - size}, {centre.x + size, centre.y + size}, ink, ui.px(2));
  list.AddLine({centre.x - size, centre.y + size}, {centre.x + size, centre.y - size}, ink, ui.px(2));
}

void draw_walk_grid(Ui& ui, const Walked& walk, unsigned& selected) {
  if (walk.references.empty()) return;
  Grid grid;
  grid.levels = walk.levels, grid.at = ImGui::GetCursorScreenPos();
  grid.heads = ui.px(88), grid.row = ui.px(30);
  grid.cell = std::min(ui.px(84), (ImGui::GetContentRegionAvail().x - grid.heads) / static_cast<float>(grid.levels + 1));
  unsigned rows = 0;
  for (const auto& each : walk.references) rows = std::max(rows, each.row + 1);
  // The row of the address itself has its nested walk alone.
  draw_heads(ui, grid, rows + (walk.references.back().guest ? 1 : 0));
  for (const auto& each : walk.references) draw_cell(ui, walk, each, grid, selected);
  ImGui::SetCursorScreenPos(grid.at);
  ImGui::Dummy({1, static_cast<float>(rows + 1) * grid.row + ui.px(4)});
}

}  // namespace ringside::gui
