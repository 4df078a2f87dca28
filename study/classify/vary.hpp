// Second states: the same as a first one, but for one part of the resource state. What the program
// can see by itself (registers, memory through the map) stays as it is.
#pragma once

#include <vector>

#include "study/classify/draw.hpp"

namespace ringside::study {

/// The other mode: user instead of supervisor, supervisor instead of user (on x86 privilege level 0
/// and 3, as CS and SS hold it; the same state where a program of level 3 would get IOPL).
LabState vary_mode(const LabState& state);
session::LabX86State vary_mode(const session::LabX86State& state);
/// Bits of the status register (not the mode, nor paging) and of control registers (not those that
/// say where the page tables are), some or many; on x86 also descriptor-table registers and the
/// like.
LabState vary_status(const LabState& state, Random& random);
session::LabX86State vary_status(const session::LabX86State& state, Random& random);

/// Paging on instead of off or off instead of on, all else as it is.
void toggle_paging(LabState& state);
void toggle_paging(session::LabX86State& state);
/// Page tables in other frames.
void move_tables(LabState& state, Random& random);
void move_tables(session::LabX86State& state, Random& random);

/// Frames permuted together with their contents, page tables moved; virtual addresses stay.
template <class State>
State vary_frames(const State& state, Random& random);
/// The pages of the map in `which` (one bit for each) with other rights, taken out, or put in.
template <class State>
State vary_pages(const State& state, u32 which, Random& random);
/// Paging on instead of off or off instead of on; contents are moved so that each page that the
/// tables or cached translations hold reads as before.
template <class State>
State vary_paging(const State& state);
/// Another time.
template <class State>
State vary_time(const State& state, Random& random);

/// States on the way from `a` to `b`: each next one differs in one bit of a register (on x86 in one
/// descriptor-table register or the like), or in one page.
std::vector<LabState> step_by_step(const LabState& a, const LabState& b);
std::vector<session::LabX86State> step_by_step(const session::LabX86State& a,
                                               const session::LabX86State& b);

}  // namespace ringside::study
