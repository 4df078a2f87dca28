// States and outcomes of the small machine taken apart into named parts, as text.
#pragma once

#include <string>
#include <vector>

#include "session/x86_laboratory.hpp"

namespace ringside::study {

struct Part {
  std::string what;
  std::string value;
  bool plain = false;  ///< zero, off or absent: left out where it is so on both sides
};
/// The parts of all states of one kind stand in the same order.
using Parts = std::vector<Part>;

Parts parts_of(const session::LabCpu& cpu);
Parts parts_of(const x86::State& cpu);
/// With the pages of the map and the time.
Parts parts_of(const session::LabState& state);
Parts parts_of(const session::LabX86State& state);
/// With where each page is found.
Parts parts_of(const session::LabCpu& cpu, const session::LabMap& map);
Parts parts_of(const x86::State& cpu, const session::LabMap& map);

/// "completes", or "traps: privileged instruction".
std::string ending(const session::LabOutcome& outcome);
std::string ending(const session::LabX86Outcome& outcome);
/// The first bytes that came out otherwise.
std::string written_text(const std::vector<session::LabByte>& written);

/// What the ISAs' parts are made of: a number, and the pages that lie from `base` on.
Part number(std::string what, u64 value);
void add_pages(Parts& parts, u32 base,
               const std::array<session::LabPage, session::kLabPages>& pages);
/// With paging off each page lies in its own frame, which says nothing.
void add_map(Parts& parts, u32 base, const session::LabMap& map, bool paging);

}  // namespace ringside::study
