// Lanes of the timeline.
#include <algorithm>
#include <array>
#include <cmath>

#include "gui/format.hpp"
#include "gui/panels/timeline_drawing.hpp"

namespace ringside::gui {

namespace {

using cost::Account;
using session::Stretch;

struct Lane {
  const char* title;
  Account account;
  bool always;  ///< seen even where nothing was spent on it
  std::size_t index() const { return static_cast<std::size_t>(account); }
  Tone tone() const { return tone_of_account(cost::account_name(account)); }
};
constexpr std::array kLanes = {Lane{"Guest user", Account::kGuestUser, true},
                               Lane{"Guest kernel", Account::kGuestKernel, true},
                               Lane{"VMM", Account::kVmm, true},
                               Lane{"Hardware", Account::kHardware, true},
                               Lane{"Page walks", Account::kPageWalk, false},
                               Lane{"Translation", Account::kTranslation, false}};

Cycles sum(const Stretch& s) {
  Cycles all = 0;
  for (const Cycles each : s.spent) all += each;
  return all;
}
float share_of(const Stretch& s, const Lane& lane) {
  const Cycles all = sum(s);
  return all == 0 ? 0 : static_cast<float>(static_cast<double>(s.spent[lane.index()]) / static_cast<double>(all));
}

// Each column as high as the lane's share of it; neighbours that are as high are drawn as one.
void draw_shares(ImDrawList& list, const TimeScale& scale, const TimelineView& view, const Lane& lane, ImVec2 from_to,
                 ImU32 ink) {
  const auto [top, bottom] = from_to;
  const std::size_t count = view.columns.size();
  std::size_t begin = 0;
  float before = 0;
  for (std::size_t i = 0; i <= count; ++i) {
    const float high = i < count ? share_of(view.columns[i], lane) * (bottom - top) : -1;
    if (i != 0 && std::abs(high - before) < 0.5f) continue;
    const float left = scale.left + scale.column() * static_cast<float>(begin),
                right = scale.left + scale.column() * static_cast<float>(i);
    if (before > 0) list.AddRectFilled({left, bottom - std::max(before, 1.f)}, {right, bottom}, ink);
    begin = i, before = high;
  }
}

void draw_lane(Ui& ui, const TimeScale& scale, const TimelineView& view, const Lane& lane, float top, float bottom) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float start = scale.left - ui.px(168), middle = (top + bottom - ui.fonts.size(Face::kSmall)) / 2;
  list.AddRectFilled({start, top}, {start + ui.px(4), bottom}, ui.theme.ink(lane.tone()));
  ui.text_at(list, {start + ui.px(10), middle}, lane.title, ui.theme.ink(Tone::kText), Face::kSmall);
  const std::string part = share(view.all.spent[lane.index()], sum(view.all));
  const float width = ui.size(part, Face::kMonoSmall).x;
  ui.text_at(list, {scale.left - ui.px(10) - width, middle}, part, ui.theme.ink(Tone::kDim), Face::kMonoSmall);
  list.AddLine({scale.left, bottom}, {scale.right, bottom}, ui.theme.ink(Tone::kRule));
  draw_shares(list, scale, view, lane, {top, bottom}, ui.theme.ink(lane.tone()));
  ui.note(std::string("lane.") + lane.title, {scale.left, top}, {scale.right, bottom}, part);
}

// All accounts of a column, one upon the other.
void draw_stacked(Ui& ui, const TimeScale& scale, const TimelineView& view, float top, float bottom) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float middle = (top + bottom - ui.fonts.size(Face::kSmall)) / 2;
  ui.text_at(list, {scale.left - ui.px(158), middle}, "Cycles", ui.theme.ink(Tone::kDim), Face::kSmall);
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    const float x = scale.left + scale.column() * static_cast<float>(i);
    float y = bottom;
    for (const Lane& lane : kLanes) {
      const float high = share_of(view.columns[i], lane) * (bottom - top);
      if (high > 0) list.AddRectFilled({x, y - high}, {x + scale.column(), y}, ui.theme.ink(lane.tone()));
      y -= high;
    }
  }
}

}  // namespace

void draw_lanes(Ui& ui, const TimeScale& scale, const TimelineView& view) {
  std::vector<const Lane*> lanes;
  for (const Lane& lane : kLanes)
    if (lane.always || view.all.spent[lane.index()] != 0) lanes.push_back(&lane);
  const float room = scale.marks(ui) - ui.px(16) - scale.top;
  const float height = std::min(room / static_cast<float>(lanes.size()), ui.px(34));
  if (height < ui.px(14)) return draw_stacked(ui, scale, view, scale.top, scale.top + room);
  float y = scale.top;
  for (const Lane* lane : lanes) {
    draw_lane(ui, scale, view, *lane, y, y + height - ui.px(3));
    y += height;
  }
}

std::string describe_column(const TimeScale& scale, const TimelineView& view, float x) {
  const float last = static_cast<float>(view.columns.size() - 1);
  const Stretch& column =
      view.columns[static_cast<std::size_t>(std::clamp((x - scale.left) / scale.column(), 0.f, last))];
  std::string text = "Cycle " + grouped(scale.cycle_at(x));
  for (const Lane& lane : kLanes)
    if (const Cycles spent = column.spent[lane.index()]; spent != 0)
      text += "\n" + std::string(lane.title) + ": " + grouped(spent);
  if (column.exits != 0) text += "\n" + counted(column.exits, "exit");
  return text;
}

}  // namespace ringside::gui
