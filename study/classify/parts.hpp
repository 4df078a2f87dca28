// States and outcomes of the small machine taken apart into named parts, as text.
#pragma once

#include <string>
#include <vector>

#include "session/laboratory.hpp"

namespace ringside::study {

struct Part {
  std::string what;
  std::string value;
  bool plain = false;  ///< zero, off or absent: left out where it is so on both sides
};
/// The parts of all states of one kind stand in the same order.
using Parts = std::vector<Part>;

Parts parts_of(const session::LabCpu& cpu);
/// With the pages of the map and the time.
Parts parts_of(const session::LabState& state);
/// With where each page is found.
Parts parts_of(const session::LabCpu& cpu, const session::LabMap& map);

/// "completes", or "traps: privileged instruction".
std::string ending(const session::LabOutcome& outcome);
/// The first bytes that came out otherwise.
std::string written_text(const session::LabOutcome& outcome);

}  // namespace ringside::study
