// The parts of the timeline panel: lanes, marks, axis, the present.
#pragma once

#include "gui/panels/timeline_view.hpp"
#include "gui/ui.hpp"

namespace ringside::gui {

/// Where on the screen the cycles of a part of the run lie.
struct TimeScale {
  TimeRange range;
  float left = 0, right = 1, top = 0, bottom = 1;  ///< of what is drawn; names stand left of it

  float x_of(Cycles cycle) const;
  Cycles cycle_at(float x) const;
  float column() const { return (right - left) / static_cast<float>(range.columns); }
  /// The line that marks stand on, and the axis.
  float marks(const Ui& ui) const { return bottom - ui.px(32); }
  float axis(const Ui& ui) const { return bottom - ui.px(22); }
};

/// Who had the machine: a lane for each account, or all in one where there is no room for them.
void draw_lanes(Ui& ui, const TimeScale& scale, const TimelineView& view);
/// What happened: single marks where they are few, else the weightiest of each place.
void draw_marks(Ui& ui, const TimeScale& scale, const TimelineView& view);
void draw_axis(Ui& ui, const TimeScale& scale, const TimelineView& view);
/// Where the machine stands; what lies ahead of that is paler.
void draw_present(Ui& ui, const TimeScale& scale, const TimelineView& view);

/// The single mark at a place of the screen; null if there is none.
const session::Mark* mark_at(const Ui& ui, const TimeScale& scale, const TimelineView& view, ImVec2 place);
/// What is spent in the column at a place, in lines.
std::string describe_column(const TimeScale& scale, const TimelineView& view, float x);

}  // namespace ringside::gui
