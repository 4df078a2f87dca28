// What the timeline panel draws: a part of the run at the resolution of the screen.
#pragma once

#include <optional>
#include <vector>

#include "gui/model.hpp"
#include "session/timeline.hpp"

namespace ringside::gui {

/// The part that is seen, and how many columns it is cut into.
struct TimeRange {
  Cycles from = 0, to = 1;
  std::size_t columns = 0;
  bool operator==(const TimeRange&) const = default;
  Cycles length() const { return to - from; }
};

struct TimelineView {
  std::vector<session::Stretch> columns;
  session::Stretch all;                             ///< their sum
  std::optional<std::vector<session::Mark>> marks;  ///< single ones, where they are few
  Cycles present = 0, end = 0;
  u64 events = 0;
};
TimelineView look_at_timeline(const Model& model, const TimeRange& range);

/// A part that is `factor` times as long, with `fixed` at the same place; within the run, and no shorter than a few cycles.
TimeRange zoomed(const TimeRange& range, double factor, Cycles fixed, Cycles end);
/// Moved by so many cycles, within the run.
TimeRange moved(const TimeRange& range, double by, Cycles end);
/// The first of 1, 2, 5, 10, 20, 50 ... that is not smaller.
Cycles round_step(double least);

}  // namespace ringside::gui
