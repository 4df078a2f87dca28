#include "gui/panels/compare_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gui/format.hpp"
#include "gui/panels/bill_view.hpp"

namespace ringside::gui {

using session::Contender;
using session::Lane;

LaneRun run_lanes(const std::vector<Contender>& contenders, const Chore<LaneRun>::Tell& tell) {
  LaneRun run;
  bool on = true;
  for (std::size_t i = 0; i < contenders.size() && on; ++i) {
    const Contender& each = contenders[i];
    const auto lane = session::run_lane(each, [&](u64 instructions) {
      return on = on && tell(fmt::format("running {}, {} instructions", each.name, rounded(static_cast<double>(instructions))), 0);
    });
    if (lane)
      run.lanes.push_back(*lane);
    else
      run.troubles.push_back(each.name + ": " + lane.error().text());
  }
  // Lines join neighbours, and none leads to a ported guest: that stands last.
  std::ranges::stable_partition(run.lanes, [](const Lane& lane) { return !lane.contender.ported; });
  return run;
}

PartingRun find_partings(const std::vector<Contender>& contenders, const Chore<PartingRun>::Tell& tell) {
  PartingRun run;
  for (const Contender& each : contenders) {
    const auto found = session::find_parting(each, [&](u64 instructions) {
      return tell(fmt::format("stepping {} beside bare, {} instructions", each.name, rounded(static_cast<double>(instructions))), 0);
    });
    if (!found)
      run.troubles.push_back(each.name + ": " + found.error().text());
    else if (found->parting)
      run.partings.push_back(*found->parting);
    run.stopped = run.stopped || (found && found->stopped);
    if (run.stopped) break;
  }
  return run;
}

namespace {

constexpr u64 kJoins = 16;  ///< moments that lines join, at the most

struct Frame {
  Ui& ui;
  ImVec2 min, max;
  double whole = 1;  ///< cycles or time of the longest lane
  bool by_time = false;

  float x(double value) const { return min.x + static_cast<float>(value / whole) * (max.x - min.x); }
  // Where a lane stands at a moment of the guest's time.
  float x_of(const Lane& lane, u64 time) const {
    if (by_time) return x(static_cast<double>(time));
    u64 cycles = 0;
    for (const u64 each : lane.spent_until(time)) cycles += each;
    return x(static_cast<double>(cycles));
  }
};

// Stretches of the guest's time, each as wide as the axis has it, filled by account from below.
void draw_lane(const Frame& f, const Lane& lane, float top, float bottom) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const int columns = std::max(1, static_cast<int>((f.max.x - f.min.x) / f.ui.px(2)));
  vmm::Spending before{};
  float left = f.min.x;
  for (int i = 1; i <= columns; ++i) {
    const u64 time = lane.time() * static_cast<u64>(i) / static_cast<u64>(columns);
    const vmm::Spending now = lane.spent_until(time);
    u64 all = 0;
    for (std::size_t a = 0; a < now.size(); ++a) all += now[a] - before[a];
    const float right = f.x_of(lane, time);
    float y = bottom;
    for (std::size_t a = 0; a < now.size() && all != 0; ++a) {
      const float high = (bottom - top) * static_cast<float>(static_cast<double>(now[a] - before[a]) / static_cast<double>(all));
      if (high > 0) list.AddRectFilled({left, y - high}, {right, y}, f.ui.theme.ink(tone_of_account(cost::kAccountNames[a])));
      y -= high;
    }
    before = now, left = right;
  }
  list.AddRect({f.min.x, top}, {left, bottom}, f.ui.theme.ink(Tone::kRule));
}

// What the guest sees in one run, if it sees the same in the other at the same moment of its time: a VMM may date it one instruction later.
const session::GuestEvent* same_moment(const session::GuestEvent& event, const Lane& other) {
  const auto found = std::ranges::lower_bound(other.events, event.time == 0 ? 0 : event.time - 1, {}, &session::GuestEvent::time);
  for (auto each = found; each != other.events.end() && each->time <= event.time + 1; ++each)
    if (each->name == event.name) return &*each;
  return nullptr;
}

// A few such moments, evenly chosen.
void draw_joins(const Frame& f, const Lane& above, const Lane& below, float top, float bottom) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  Cycles next = 0;
  for (const auto& each : above.events) {
    const auto* other = each.cycle >= next ? same_moment(each, below) : nullptr;
    if (!other) continue;
    next = each.cycle + above.cycles() / kJoins;
    list.AddLine({f.x_of(above, each.time), top}, {f.x_of(below, other->time), bottom}, f.ui.theme.ink(Tone::kDim));
  }
}

void draw_name(const Frame& f, const Lane& lane, u64 bare, float left, float top) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  f.ui.text_at(list, {left, top}, lane.contender.name, f.ui.theme.ink(Tone::kText));
  const std::string ratio = bare == 0 ? "" : fmt::format("  {:.2f}×", static_cast<double>(lane.cycles()) / static_cast<double>(bare));
  f.ui.text_at(list, {left, top + f.ui.px(17)}, rounded(static_cast<double>(lane.cycles())) + " cycles" + ratio, f.ui.theme.ink(Tone::kDim), Face::kMonoSmall);
}

std::string tip_of(const Frame& f, const Lane& lane, float x) {
  const double part = (static_cast<double>(x) - static_cast<double>(f.min.x)) / static_cast<double>(f.max.x - f.min.x) * f.whole;
  std::string text = fmt::format("{} on {}, {}", lane.contender.name, lane.isa, lane.ending);
  const auto later = std::ranges::find_if(lane.events, [&](const auto& e) { return static_cast<double>(f.by_time ? e.time : e.cycle) >= part; });
  if (later != lane.events.end())
    text += fmt::format("\nThe guest sees next: {}, at its instruction {}, in cycle {}", later->name, grouped(later->time), grouped(later->cycle));
  if (lane.contender.ported) text += "\nA ported guest: its kernel runs other instructions, so its moments are not those of the others";
  return text;
}

}  // namespace

void draw_lanes(Ui& ui, const std::vector<Lane>& lanes, bool by_time) {
  const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
  const float names = ui.px(168), step = std::clamp((room.y - ui.px(44)) / static_cast<float>(lanes.size()), ui.px(44), ui.px(84));
  Frame f{ui, {at.x + names, at.y + ui.px(4)}, {at.x + std::max(room.x - ui.px(8), names + ui.px(80)), at.y}, 1, by_time};
  for (const Lane& each : lanes) f.whole = std::max(f.whole, static_cast<double>(by_time ? each.time() : each.cycles()));
  const u64 bare = lanes.front().contender.name == "bare" ? lanes.front().cycles() : 0;
  const Lane* above = nullptr;
  vmm::Spending used{};
  float y = f.min.y;
  for (const Lane& lane : lanes) {
    const float bottom = y + step - ui.px(16);
    draw_lane(f, lane, y, bottom);
    draw_name(f, lane, bare, at.x, y);
    for (std::size_t a = 0; a < used.size(); ++a) used[a] += lane.points.back().spent[a];
    if (above && !lane.contender.ported) draw_joins(f, *above, lane, y - ui.px(16), y);
    ImGui::SetCursorScreenPos({at.x, y});
    ImGui::Dummy({room.x, bottom - y});
    ui.note("lane." + lane.contender.name, {f.min.x, y}, {f.max.x, bottom}, std::to_string(lane.cycles()));
    ui.tip(tip_of(f, lane, ImGui::GetIO().MousePos.x));
    above = lane.contender.ported ? nullptr : &lane;
    y += step;
  }
  ui.text_at(*ImGui::GetWindowDrawList(), {f.min.x, y - ui.px(12)},
             by_time ? "the guest's instructions; colours: who had the machine then" : "cycles; lines join the same moments of the guest", ui.theme.ink(Tone::kDim), Face::kSmall);
  ImGui::SetCursorScreenPos({f.min.x, y + ui.px(6)});
  ImGui::BeginGroup();
  draw_account_legend(ui, used);
  ImGui::EndGroup();
}

std::string text_of(const std::vector<Lane>& lanes) {
  std::string text = "instruction\tevent\tstrategy\tcycle";
  for (const Lane& lane : lanes)
    for (const auto& each : lane.events) text += fmt::format("\n{}\t{}\t{}\t{}", each.time, each.name, lane.contender.name, each.cycle);
  return text + "\n";
}

}  // namespace ringside::gui
