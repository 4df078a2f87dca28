// What the comparing panel runs, beside the window's machine, and draws.
#pragma once

#include <string>
#include <vector>

#include "gui/chore.hpp"
#include "gui/ui.hpp"
#include "session/lanes.hpp"

namespace ringside::gui {

struct LaneRun {
  std::vector<session::Lane> lanes;
  std::vector<std::string> troubles;
};
LaneRun run_lanes(const std::vector<session::Contender>& contenders, const Chore<LaneRun>::Tell& tell);

struct PartingRun {
  std::vector<session::Parting> partings;
  std::vector<std::string> troubles;
  bool stopped = false;
};
PartingRun find_partings(const std::vector<session::Contender>& contenders, const Chore<PartingRun>::Tell& tell);

/// Lanes below each other, by cycles or by the guest's time; lines between them join what is the same moment for the guest.
void draw_lanes(Ui& ui, const std::vector<session::Lane>& lanes, bool by_time);

/// The events that the guest sees with their cycle in each lane, tab-separated.
std::string text_of(const std::vector<session::Lane>& lanes);

}  // namespace ringside::gui
