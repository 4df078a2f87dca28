// Timeline: who had the machine, over its cycles, and what happened. Drag moves the present back and forth, the wheel zooms,
// a click on a mark goes there.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "gui/format.hpp"
#include "gui/marks.hpp"
#include "gui/panel.hpp"
#include "gui/panels/timeline_view.hpp"
#include "gui/sight.hpp"
#include "session/explain.hpp"

namespace ringside::gui {

namespace {

using session::Happening;
using session::Mark;
using session::Stretch;

struct Lane {
  const char* title;
  cost::Account account;
  bool always;  ///< seen even where nothing was spent on it
};
constexpr std::array kLanes = {Lane{"Guest user", cost::Account::kGuestUser, true},   Lane{"Guest kernel", cost::Account::kGuestKernel, true},
                               Lane{"VMM", cost::Account::kVmm, true},                 Lane{"Hardware", cost::Account::kHardware, true},
                               Lane{"Page walks", cost::Account::kPageWalk, false},    Lane{"Translation", cost::Account::kTranslation, false}};

// Of several in one place this one is drawn.
constexpr std::array kByWeight = {Happening::kHole,      Happening::kHypercall, Happening::kFault,     Happening::kPrivileged,
                                  Happening::kInterrupt, Happening::kException, Happening::kPortIo,    Happening::kTranslation,
                                  Happening::kOtherExit, Happening::kTrap,      Happening::kInject,    Happening::kOther};

std::size_t index(cost::Account account) { return static_cast<std::size_t>(account); }

class TimelinePanel final : public Panel {
 public:
  void draw(Ui& ui) override {
    place(ui);
    const Cycles end = end_.of(ui.model, [&](auto&) { return ui.model.debugger().timeline().end(); });
    all_ = all_ || range_.to > std::max<Cycles>(end, 1);  // another guest was opened
    if (all_) range_.from = 0, range_.to = std::max<Cycles>(end, 1);
    const TimelineView& view = sight_.of(ui.model, range_, [&](auto&) { return look_at_timeline(ui.model, range_); });
    if (view.events == 0 && ui.model.stopped().position.step == 0 && !ui.model.running()) return ui.empty("Nothing has run yet", "Run with F5, or step with F10", "run.run");
    draw_lanes(ui, view);
    draw_marks(ui, view);
    draw_axis(ui, view);
    draw_present(ui, view);
    handle(ui, view);
  }

 private:
  // --- where things are ---

  void place(Ui& ui) {
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    left_ = at.x + ui.px(168), right_ = at.x + std::max(room.x - ui.px(8), ui.px(240));
    top_ = at.y + ui.px(4), bottom_ = at.y + std::max(room.y, ui.px(72));
    range_.columns = static_cast<std::size_t>(std::max(8.f, (right_ - left_) / ui.px(2)));
  }
  float x_of(Cycles cycle) const {
    const double part = (static_cast<double>(cycle) - static_cast<double>(range_.from)) / static_cast<double>(range_.length());
    return left_ + static_cast<float>(part) * (right_ - left_);
  }
  Cycles cycle_at(float x) const {
    const double part = std::clamp(static_cast<double>((x - left_) / (right_ - left_)), 0.0, 1.0);
    return range_.from + static_cast<Cycles>(part * static_cast<double>(range_.length()));
  }
  float marks_at(const Ui& ui) const { return bottom_ - ui.px(38); }

  // --- lanes ---

  void draw_lanes(Ui& ui, const TimelineView& view) {
    std::vector<const Lane*> lanes;
    for (const Lane& lane : kLanes)
      if (lane.always || view.all.spent[index(lane.account)] != 0) lanes.push_back(&lane);
    const float room = marks_at(ui) - ui.px(10) - top_, height = std::min(room / static_cast<float>(lanes.size()), ui.px(34));
    if (height < ui.px(14)) return draw_stacked(ui, view, top_, top_ + room);
    float y = top_;
    for (const Lane* lane : lanes) {
      draw_lane(ui, view, *lane, y, y + height - ui.px(3));
      y += height;
    }
  }

  void draw_lane(Ui& ui, const TimelineView& view, const Lane& lane, float top, float bottom) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Tone tone = tone_of_account(cost::account_name(lane.account));
    const float start = left_ - ui.px(168);
    const float middle = (top + bottom - ui.fonts.size(Face::kSmall)) / 2;
    list.AddRectFilled({start, top}, {start + ui.px(4), bottom}, ui.theme.ink(tone));
    ui.text_at(list, {start + ui.px(10), middle}, lane.title, ui.theme.ink(Tone::kText), Face::kSmall);
    Cycles all = 0;
    for (const Cycles each : view.all.spent) all += each;
    const std::string part = share(view.all.spent[index(lane.account)], all);
    ui.text_at(list, {left_ - ui.px(10) - ui.size(part, Face::kMonoSmall).x, middle}, part, ui.theme.ink(Tone::kDim), Face::kMonoSmall);
    list.AddLine({left_, bottom}, {right_, bottom}, ui.theme.ink(Tone::kRule));
    draw_shares(list, view, index(lane.account), top, bottom, ui.theme.ink(tone));
    ui.note(std::string("lane.") + lane.title, {left_, top}, {right_, bottom}, part);
  }

  // Where there is no room for lanes: all in one, upon another.
  void draw_stacked(Ui& ui, const TimelineView& view, float top, float bottom) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float width = (right_ - left_) / static_cast<float>(view.columns.size());
    ui.text_at(list, {left_ - ui.px(158), (top + bottom - ui.fonts.size(Face::kSmall)) / 2}, "Cycles", ui.theme.ink(Tone::kDim), Face::kSmall);
    for (std::size_t i = 0; i < view.columns.size(); ++i) {
      float y = bottom;
      for (const Lane& lane : kLanes) {
        const float high = share_of(view.columns[i], index(lane.account)) * (bottom - top), x = left_ + width * static_cast<float>(i);
        if (high > 0) list.AddRectFilled({x, y - high}, {x + width, y}, ui.theme.ink(tone_of_account(cost::account_name(lane.account))));
        y -= high;
      }
    }
  }

  // Each column as high as the lane's share of it; neighbours that are as high are drawn as one.
  void draw_shares(ImDrawList& list, const TimelineView& view, std::size_t account, float top, float bottom, ImU32 ink) const {
    const float width = (right_ - left_) / static_cast<float>(view.columns.size());
    std::size_t begin = 0;
    float before = 0;
    for (std::size_t i = 0; i <= view.columns.size(); ++i) {
      const float high = i < view.columns.size() ? share_of(view.columns[i], account) * (bottom - top) : -1;
      if (i != 0 && std::abs(high - before) < 0.5f) continue;
      if (before > 0)
        list.AddRectFilled({left_ + width * static_cast<float>(begin), bottom - std::max(before, 1.f)}, {left_ + width * static_cast<float>(i), bottom}, ink);
      begin = i, before = high;
    }
  }
  static float share_of(const Stretch& s, std::size_t account) {
    Cycles all = 0;
    for (const Cycles each : s.spent) all += each;
    return all == 0 ? 0 : static_cast<float>(static_cast<double>(s.spent[account]) / static_cast<double>(all));
  }

  // --- marks: single ones where they are few, else the weightiest of each place ---

  void draw_marks(Ui& ui, const TimelineView& view) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float y = marks_at(ui) + ui.px(6);
    list.AddText(ui.fonts[Face::kSmall], ui.fonts.size(Face::kSmall), {left_ - ui.px(158), y - ui.px(8)}, ui.theme.ink(Tone::kDim), "Events");
    if (!view.marks) return draw_crowd(ui, view, y);
    float last = -1e9f;
    for (const Mark& mark : *view.marks) {
      const float x = x_of(mark.cycle);
      if (x - last < ui.px(3) && mark.happening != Happening::kHole) continue;
      draw_mark(ui, list, mark.happening, {x, y}, ui.px(5));
      ui.note("mark." + std::to_string(mark.event), {x - ui.px(5), y - ui.px(5)}, {x + ui.px(5), y + ui.px(5)}, mark.name);
      last = x;
    }
  }

  void draw_crowd(Ui& ui, const TimelineView& view, float y) const {
    const float width = (right_ - left_) / static_cast<float>(view.columns.size());
    const std::size_t group = std::max<std::size_t>(1, static_cast<std::size_t>(ui.px(13) / width));
    for (std::size_t i = 0; i < view.columns.size(); i += group) {
      Stretch all;
      for (std::size_t k = i; k < std::min(i + group, view.columns.size()); ++k) all.happenings |= view.columns[k].happenings;
      const auto weightiest = std::ranges::find_if(kByWeight, [&](Happening h) { return all.has(h); });
      if (weightiest == kByWeight.end()) continue;
      const float x = left_ + width * (static_cast<float>(i) + static_cast<float>(group) / 2);
      draw_mark(ui, *ImGui::GetWindowDrawList(), *weightiest, {x, y}, ui.px(4));
    }
  }

  // --- axis and present ---

  void draw_axis(Ui& ui, const TimelineView& view) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float y = bottom_ - ui.px(22);
    list.AddLine({left_, y}, {right_, y}, ui.theme.ink(Tone::kRule));
    const Cycles step = round_step(static_cast<double>(range_.length()) * static_cast<double>(ui.px(150) / (right_ - left_)));
    for (Cycles at = (range_.from + step - 1) / step * step; at <= range_.to; at += step) {
      const float x = x_of(at);
      list.AddLine({x, y}, {x, y + ui.px(4)}, ui.theme.ink(Tone::kFaint));
      const std::string text = grouped(at);
      if (x + ui.size(text, Face::kMonoSmall).x < right_) ui.text_at(list, {x + ui.px(4), y + ui.px(4)}, text, ui.theme.ink(Tone::kDim), Face::kMonoSmall);
    }
    ui.text_at(list, {left_ - ui.px(158), y + ui.px(4)}, counted(view.end, "cycle"), ui.theme.ink(Tone::kDim), Face::kSmall);
  }

  // What lies ahead after going back is paler.
  void draw_present(Ui& ui, const TimelineView& view) const {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float x = x_of(view.present);
    if (view.present < view.end && x < right_)
      list.AddRectFilled({std::max(x, left_), top_}, {right_, bottom_ - ui.px(22)}, ui.theme.ink(Tone::kPane, 0.6f));
    if (x < left_ - 1 || x > right_ + 1) return;
    list.AddLine({x, top_ - ui.px(4)}, {x, bottom_ - ui.px(22)}, ui.theme.ink(Tone::kAccent), ui.px(2));
    list.AddTriangleFilled({x - ui.px(6), top_ - ui.px(5)}, {x + ui.px(6), top_ - ui.px(5)}, {x, top_ + ui.px(3)}, ui.theme.ink(Tone::kAccent));
    ui.note("present", {x - ui.px(6), top_}, {x + ui.px(6), bottom_}, grouped(view.present));
  }

  // --- the mouse ---

  void handle(Ui& ui, const TimelineView& view) {
    ImGui::SetCursorScreenPos({left_, top_ - ui.px(4)});
    ImGui::InvisibleButton("field", {right_ - left_, bottom_ - top_}, ImGuiButtonFlags_MouseButtonLeft | ImGuiButtonFlags_MouseButtonRight | ImGuiButtonFlags_MouseButtonMiddle);
    ui.note("field");
    const ImGuiIO& io = ImGui::GetIO();
    const bool over = ImGui::IsItemHovered(), active = ImGui::IsItemActive();
    if (over && io.MouseWheel != 0) zoom(std::pow(0.8, io.MouseWheel), cycle_at(io.MousePos.x), view.end);
    if (over && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) all_ = true;
    if (active) drag(ui, view);
    if (over && !active) hover(ui, view);
  }

  void zoom(double factor, Cycles fixed, Cycles end) {
    range_ = zoomed(range_, factor, fixed, end);
    all_ = range_.length() >= end;
  }

  // Left moves the present (a click on a mark goes to just there), the other buttons move what is seen.
  void drag(Ui& ui, const TimelineView& view) {
    const ImGuiIO& io = ImGui::GetIO();
    if (!ImGui::IsMouseDown(ImGuiMouseButton_Left)) {
      const double cycles = static_cast<double>(io.MouseDelta.x) / static_cast<double>(right_ - left_) * static_cast<double>(range_.length());
      if (io.MouseDelta.x != 0) range_ = moved(range_, -cycles, view.end), all_ = false;
      return;
    }
    const bool pressed = ImGui::IsMouseClicked(ImGuiMouseButton_Left);
    const Mark* mark = pressed ? mark_under(ui, view) : nullptr;
    if (mark) return ui.model.go_to_event(mark->event);
    const Cycles wanted = std::min(cycle_at(io.MousePos.x), view.end);
    if ((pressed || io.MouseDelta.x != 0) && !ui.model.running()) ui.model.go_to_cycle(wanted);
  }

  const Mark* mark_under(const Ui& ui, const TimelineView& view) const {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    if (!view.marks || std::abs(mouse.y - marks_at(ui) - ui.px(6)) > ui.px(9)) return nullptr;
    const Mark* best = nullptr;
    float least = ui.px(7);
    for (const Mark& each : *view.marks)
      if (const float away = std::abs(x_of(each.cycle) - mouse.x); away < least) best = &each, least = away;
    return best;
  }

  void hover(Ui& ui, const TimelineView& view) {
    if (const Mark* mark = mark_under(ui, view))
      return ui.tip(fmt::format("{} at cycle {}, event e{}. A click goes there.", mark->name, grouped(mark->cycle), mark->event));
    const Cycles at = cycle_at(ImGui::GetIO().MousePos.x);
    const float width = (right_ - left_) / static_cast<float>(view.columns.size());
    const auto i = static_cast<std::size_t>(std::clamp((ImGui::GetIO().MousePos.x - left_) / width, 0.f, static_cast<float>(view.columns.size() - 1)));
    const Stretch& column = view.columns[i];
    std::string text = "Cycle " + grouped(at);
    for (const Lane& lane : kLanes)
      if (column.spent[index(lane.account)] != 0) text += fmt::format("\n{}: {}", lane.title, grouped(column.spent[index(lane.account)]));
    if (column.exits != 0) text += "\n" + counted(column.exits, "exit");
    ui.tip(text);
  }

  Sight<Cycles> end_;
  Sight<TimelineView, TimeRange> sight_;
  TimeRange range_;
  bool all_ = true;  ///< the whole run is seen, and what comes to it
  float left_ = 0, right_ = 1, top_ = 0, bottom_ = 1;
};

}  // namespace

PanelInfo panel_timeline() {
  return {"timeline", "Timeline", "Who had the machine, and what happened: drag to go back and forth, turn the wheel to zoom, click a mark to go there",
          make_panel<TimelinePanel>};
}

}  // namespace ringside::gui
