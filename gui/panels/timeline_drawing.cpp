#include "gui/panels/timeline_drawing.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "gui/format.hpp"
#include "gui/marks.hpp"

namespace ringside::gui {

using session::Happening;
using session::Mark;
using session::Stretch;

namespace {

// Of several in one place this one is drawn.
constexpr std::array kByWeight = {Happening::kHole,       Happening::kHypercall,   Happening::kFault,
                                  Happening::kPrivileged, Happening::kInterrupt,   Happening::kException,
                                  Happening::kPortIo,     Happening::kTranslation, Happening::kOtherExit,
                                  Happening::kTrap,       Happening::kInject,      Happening::kOther};

void draw_single(Ui& ui, const TimeScale& scale, const std::vector<Mark>& marks, float y) {
  float last = -1e9f;
  for (const Mark& mark : marks) {
    const float x = scale.x_of(mark.cycle);
    if (x - last < ui.px(3) && mark.happening != Happening::kHole) continue;
    draw_mark(ui, *ImGui::GetWindowDrawList(), mark.happening, {x, y}, ui.px(5));
    ui.note("mark." + std::to_string(mark.event), {x - ui.px(5), y - ui.px(5)}, {x + ui.px(5), y + ui.px(5)},
            mark.name);
    last = x;
  }
}

void draw_crowd(Ui& ui, const TimeScale& scale, const std::vector<Stretch>& columns, float y) {
  const auto group = std::max<std::size_t>(1, static_cast<std::size_t>(ui.px(13) / scale.column()));
  for (std::size_t i = 0; i < columns.size(); i += group) {
    Stretch all;
    for (std::size_t k = i; k < std::min(i + group, columns.size()); ++k) all.happenings |= columns[k].happenings;
    const auto weightiest = std::ranges::find_if(kByWeight, [&](Happening h) { return all.has(h); });
    if (weightiest == kByWeight.end()) continue;
    const float x = scale.left + scale.column() * (static_cast<float>(i) + static_cast<float>(group) / 2);
    draw_mark(ui, *ImGui::GetWindowDrawList(), *weightiest, {x, y}, ui.px(4));
  }
}

}  // namespace

float TimeScale::x_of(Cycles cycle) const {
  const double part =
      (static_cast<double>(cycle) - static_cast<double>(range.from)) / static_cast<double>(range.length());
  return left + static_cast<float>(part) * (right - left);
}
Cycles TimeScale::cycle_at(float x) const {
  const double part = std::clamp(static_cast<double>((x - left) / (right - left)), 0.0, 1.0);
  return range.from + static_cast<Cycles>(part * static_cast<double>(range.length()));
}

void draw_marks(Ui& ui, const TimeScale& scale, const TimelineView& view) {
  const float y = scale.marks(ui);
  const ImVec2 at{scale.left - ui.px(158), y - ui.px(8)};
  ui.text_at(*ImGui::GetWindowDrawList(), at, "Events", ui.theme.ink(Tone::kDim), Face::kSmall);
  view.marks ? draw_single(ui, scale, *view.marks, y) : draw_crowd(ui, scale, view.columns, y);
}

void draw_axis(Ui& ui, const TimeScale& scale, const TimelineView& view) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float y = scale.axis(ui);
  const auto label = [&](float x, const std::string& text, Face face) {
    ui.text_at(list, {x, y + ui.px(4)}, text, ui.theme.ink(Tone::kDim), face);
  };
  list.AddLine({scale.left, y}, {scale.right, y}, ui.theme.ink(Tone::kRule));
  const Cycles step = round_step(static_cast<double>(scale.range.length()) *
                                 static_cast<double>(ui.px(150) / (scale.right - scale.left)));
  for (Cycles at = (scale.range.from + step - 1) / step * step; at <= scale.range.to; at += step) {
    const float x = scale.x_of(at);
    list.AddLine({x, y}, {x, y + ui.px(4)}, ui.theme.ink(Tone::kFaint));
    const std::string text = grouped(at);
    if (x + ui.size(text, Face::kMonoSmall).x < scale.right) label(x + ui.px(4), text, Face::kMonoSmall);
  }
  label(scale.left - ui.px(158), counted(view.end, "cycle"), Face::kSmall);
}

void draw_present(Ui& ui, const TimeScale& scale, const TimelineView& view) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float x = scale.x_of(view.present), top = scale.top, bottom = scale.axis(ui);
  if (view.present < view.end && x < scale.right)
    list.AddRectFilled({std::max(x, scale.left), top}, {scale.right, bottom}, ui.theme.ink(Tone::kPane, 0.6f));
  if (x < scale.left - 1 || x > scale.right + 1) return;
  const ImU32 ink = ui.theme.ink(Tone::kAccent);
  list.AddLine({x, top - ui.px(4)}, {x, bottom}, ink, ui.px(2));
  list.AddTriangleFilled({x - ui.px(6), top - ui.px(5)}, {x + ui.px(6), top - ui.px(5)}, {x, top + ui.px(3)}, ink);
  ui.note("present", {x - ui.px(6), top}, {x + ui.px(6), scale.bottom}, grouped(view.present));
}

const Mark* mark_at(const Ui& ui, const TimeScale& scale, const TimelineView& view, ImVec2 place) {
  if (!view.marks || std::abs(place.y - scale.marks(ui)) > ui.px(9)) return nullptr;
  const Mark* best = nullptr;
  float least = ui.px(7);
  for (const Mark& each : *view.marks)
    if (const float away = std::abs(scale.x_of(each.cycle) - place.x); away < least) best = &each, least = away;
  return best;
}

}  // namespace ringside::gui
