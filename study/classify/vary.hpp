// Second states: the same as a first one, but for one part of the resource state. What the program
// can see by itself (registers, memory through the map) stays as it is.
#pragma once

#include <vector>

#include "study/classify/draw.hpp"

namespace ringside::study {

/// The other mode.
LabState vary_mode(const LabState& state);
/// Frames permuted together with their contents, page tables moved; virtual addresses stay.
LabState vary_frames(const LabState& state, Random& random);
/// The pages of the map in `which` (one bit for each) with other rights, taken out, or put in.
LabState vary_pages(const LabState& state, u32 which, Random& random);
/// Bits of the status register (not the mode, nor paging) and of control registers (not those that
/// say where the page tables are), some or many.
LabState vary_status(const LabState& state, Random& random);
/// Paging on instead of off or off instead of on; contents are moved so that each page that the
/// tables or cached translations hold reads as before.
LabState vary_paging(const LabState& state);
/// Another time.
LabState vary_time(const LabState& state, Random& random);

/// States on the way from `a` to `b`: each next one differs in one bit of a register, or in one
/// page.
std::vector<LabState> step_by_step(const LabState& a, const LabState& b);

}  // namespace ringside::study
