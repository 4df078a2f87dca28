#include "gui/panels/timeline_view.hpp"

#include <algorithm>
#include <cmath>

namespace ringside::gui {

namespace {
constexpr std::size_t kMostMarks = 600;
constexpr double kShortest = 64;
}  // namespace

TimelineView look_at_timeline(const Model& model, const TimeRange& range) {
  const session::Timeline& timeline = model.debugger().timeline();
  TimelineView view;
  view.present = model.session().progress().cycles, view.end = timeline.end(), view.events = timeline.events();
  if (range.columns == 0 || range.to <= range.from) return view;
  view.columns = timeline.columns(range.from, range.to, range.columns);
  view.marks = timeline.marks(range.from, range.to, kMostMarks);
  for (const auto& each : view.columns) {
    for (std::size_t i = 0; i < each.spent.size(); ++i) view.all.spent[i] += each.spent[i];
    view.all.exits += each.exits, view.all.happenings |= each.happenings;
  }
  return view;
}

TimeRange zoomed(const TimeRange& range, double factor, Cycles fixed, Cycles end) {
  const double whole = static_cast<double>(std::max<Cycles>(end, 1)), old = static_cast<double>(range.length());
  const double length = std::clamp(old * factor, std::min(kShortest, whole), whole);
  const double place = (static_cast<double>(fixed) - static_cast<double>(range.from)) / old;
  const double from = std::clamp(static_cast<double>(fixed) - place * length, 0.0, whole - length);
  TimeRange out = range;
  out.from = static_cast<Cycles>(std::llround(from));
  out.to = std::max(out.from + 1, static_cast<Cycles>(std::llround(from + length)));
  return out;
}

TimeRange moved(const TimeRange& range, double by, Cycles end) {
  const double most = std::max(0.0, static_cast<double>(end) - static_cast<double>(range.length()));
  TimeRange out = range;
  out.from = static_cast<Cycles>(std::clamp(static_cast<double>(range.from) + by, 0.0, most));
  out.to = out.from + range.length();
  return out;
}

Cycles round_step(double least) {
  for (Cycles ten = 1;; ten *= 10)
    for (const Cycles each : {ten, 2 * ten, 5 * ten})
      if (static_cast<double>(each) >= least || each >= Cycles{1} << 60) return each;
}

}  // namespace ringside::gui
