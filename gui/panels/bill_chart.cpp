// The crossover chart: how much slower than the bare machine, by the rate of sensitive instructions.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gui/panels/bill_view.hpp"

namespace ringside::gui {

using session::RateCurve;

namespace {

// Each strategy by a colour and a shape: that of the account which it moves the cost to.
struct Pen {
  const char* name;
  Tone tone;
  int corners;  ///< of its marks; 0: round
};
constexpr Pen kPens[] = {{"trap-emulate", Tone::kVmm, 3}, {"dbt", Tone::kTranslation, 4}, {"paravirt", Tone::kAccent, 5},
                         {"hvm, nested", Tone::kWalk, 0}, {"hvm, shadow", Tone::kHardware, 6}};

const Pen& pen_of(const std::string& name) {
  const auto* found = std::ranges::find_if(kPens, [&](const Pen& each) { return name == each.name; });
  return found == std::end(kPens) ? kPens[2] : *found;
}

struct Span {
  double low = 0, high = 1;  ///< logarithms
  void take(double value) { low = std::min(low, std::log10(value)), high = std::max(high, std::log10(value)); }
  float part(double value) const { return static_cast<float>((std::log10(value) - low) / (high - low)); }
};

struct Chart {
  Ui& ui;
  ImVec2 min, max;
  Span rates, slow_downs;

  ImVec2 at(double rate, double slow_down) const {
    return {min.x + rates.part(rate) * (max.x - min.x), max.y - slow_downs.part(slow_down) * (max.y - min.y)};
  }
};

void draw_mark_of(const Chart& c, const Pen& pen, ImVec2 at) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float half = c.ui.px(4.5f);
  if (pen.corners == 0) return list.AddCircleFilled(at, half, c.ui.theme.ink(pen.tone), 16);
  list.AddNgonFilled(at, half, c.ui.theme.ink(pen.tone), pen.corners);
}

void draw_grid(const Chart& c) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const auto label = [](double value) { return value < 1 ? fmt::format("{:.1g}", value) : fmt::format("{:.0f}", value); };
  for (int ten = -2; ten <= 6; ++ten)
    for (const int each : {1, 2, 5}) {
      const double value = each * std::pow(10.0, ten), logarithm = std::log10(value);
      if (logarithm >= c.rates.low && logarithm <= c.rates.high) {
        const ImVec2 foot = c.at(value, std::pow(10, c.slow_downs.low));
        const std::string text = label(value);
        list.AddLine({foot.x, c.min.y}, foot, c.ui.theme.ink(Tone::kRule));
        c.ui.text_at(list, {foot.x - c.ui.size(text, Face::kMonoSmall).x / 2, foot.y + c.ui.px(3)}, text, c.ui.theme.ink(Tone::kDim), Face::kMonoSmall);
      }
      if (logarithm >= c.slow_downs.low && logarithm <= c.slow_downs.high) {
        const ImVec2 left = c.at(std::pow(10, c.rates.low), value);
        const std::string text = label(value) + "×";
        list.AddLine(left, {c.max.x, left.y}, c.ui.theme.ink(Tone::kRule));
        const ImVec2 room = c.ui.size(text, Face::kMonoSmall);
        c.ui.text_at(list, {left.x - room.x - c.ui.px(6), left.y - room.y / 2}, text, c.ui.theme.ink(Tone::kDim), Face::kMonoSmall);
      }
    }
}

void draw_curve(const Chart& c, const RateCurve& curve) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const Pen& pen = pen_of(curve.name);
  ImVec2 last{};
  for (std::size_t i = 0; i < curve.rates.size(); ++i) {
    const ImVec2 here = c.at(curve.rates[i], curve.slow_downs[i]);
    if (i != 0) list.AddLine(last, here, c.ui.theme.ink(pen.tone), c.ui.px(2));
    last = here;
  }
  for (std::size_t i = 0; i < curve.rates.size(); ++i) draw_mark_of(c, pen, c.at(curve.rates[i], curve.slow_downs[i]));
}

// Names stand right of the curves' ends, pushed apart where they would cover each other.
void draw_names(const Chart& c, const std::vector<RateCurve>& curves) {
  ImDrawList& list = *ImGui::GetWindowDrawList();
  std::vector<std::pair<float, const RateCurve*>> ends;
  for (const RateCurve& each : curves) ends.emplace_back(c.at(each.rates.back(), each.slow_downs.back()).y, &each);
  std::ranges::sort(ends);
  float free = c.min.y - c.ui.px(8);
  for (const auto& [y, curve] : ends) {
    const float line = c.ui.fonts.size(Face::kSmall), top = std::max(y - line / 2, free);
    draw_mark_of(c, pen_of(curve->name), {c.max.x + c.ui.px(16), top + line / 2});
    c.ui.text_at(list, {c.max.x + c.ui.px(26), top}, curve->name, c.ui.theme.ink(Tone::kText), Face::kSmall);
    free = top + line + c.ui.px(2);
  }
}

void draw_here(const Chart& c, double rate) {
  if (std::log10(rate) < c.rates.low || std::log10(rate) > c.rates.high) return;
  ImDrawList& list = *ImGui::GetWindowDrawList();
  const float x = c.at(rate, 1).x;
  for (float y = c.min.y; y < c.max.y; y += c.ui.px(6)) list.AddLine({x, y}, {x, y + c.ui.px(3)}, c.ui.theme.ink(Tone::kText));
  const std::string text = fmt::format("this guest: {:.1f}", rate);
  c.ui.text_at(list, {x + c.ui.px(5), c.min.y}, text, c.ui.theme.ink(Tone::kText), Face::kSmall);
}

}  // namespace

void draw_rate_chart(Ui& ui, const std::vector<RateCurve>& curves, std::optional<double> here) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 room{ImGui::GetContentRegionAvail().x, std::max(ImGui::GetContentRegionAvail().y, ui.px(150))};
  Chart c{ui, {at.x + ui.px(52), at.y + ui.px(6)}, {at.x + room.x - ui.px(122), at.y + room.y - ui.px(42)}, {9, -9}, {0, 0.1}};
  for (const RateCurve& curve : curves)
    for (std::size_t i = 0; i < curve.rates.size(); ++i) c.rates.take(curve.rates[i]), c.slow_downs.take(curve.slow_downs[i]);
  draw_grid(c);
  for (const RateCurve& curve : curves) draw_curve(c, curve);
  draw_names(c, curves);
  if (here && *here > 0) draw_here(c, *here);
  ui.text_at(*ImGui::GetWindowDrawList(), {c.min.x, c.max.y + ui.px(22)}, "slow-down, by sensitive instructions in a thousand",
             ui.theme.ink(Tone::kDim), Face::kSmall);
  ui.note("chart", c.min, c.max, std::to_string(curves.size()));
  ImGui::Dummy({room.x, room.y - ui.px(2)});
}

std::vector<std::string> crossings(const std::vector<RateCurve>& curves) {
  std::vector<std::string> sentences;
  for (const RateCurve& first : curves)
    for (const RateCurve& other : curves)
      if (const auto rate = session::crossing(first, other))
        sentences.push_back(fmt::format("From {:.1f} sensitive instructions in a thousand on, {} is cheaper than {}.", *rate, other.name, first.name));
  return sentences;
}

}  // namespace ringside::gui
