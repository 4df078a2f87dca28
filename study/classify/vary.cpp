#include "study/classify/vary.hpp"

namespace ringside::study {

using namespace session;

template <class State>
State vary_frames(const State& state, Random& random) {
  State other = state;
  move_tables(other, random);
  // With paging off addresses name frames: only the tables can move unseen.
  if (!state.paging()) return other;
  const auto order = draw_order(random);
  for (LabPage& page : other.pages) {
    page.frame = order[page.frame];
    if (page.cached) page.cached = order[*page.cached];
  }
  for (u32 frame = 0; frame < kLabFrames; ++frame)
    other.contents[order[frame]] = state.contents[frame];
  return other;
}

template <class State>
State vary_pages(const State& state, u32 which, Random& random) {
  State other = state;
  for (u32 p = 0; p < kLabPages; ++p) {
    if (!(which >> p & 1)) continue;
    LabPage& page = other.pages[p];
    page.cached.reset();
    page.mapped = !page.mapped || random.chance(50);
    page.rights = draw_rights(random);
  }
  return other;
}

template <class State>
State vary_paging(const State& state) {
  State other = state;
  toggle_paging(other);
  for (u32 p = 0; p < kLabPages; ++p) {
    LabPage& page = other.pages[p];
    const u32 frame = page.cached.value_or(page.frame);
    if (!page.mapped && !page.cached) continue;
    const u32 from = state.paging() ? frame : p, to = state.paging() ? p : frame;
    other.contents[to] = state.contents[from];
  }
  for (LabPage& page : other.pages) page.cached.reset();
  return other;
}

template <class State>
State vary_time(const State& state, Random& random) {
  State other = state;
  const u32 half = random.word() | 1;
  other.time ^= random.chance(50) ? half : u64{half} << 32;
  return other;
}

template LabState vary_frames(const LabState&, Random&);
template LabX86State vary_frames(const LabX86State&, Random&);
template LabState vary_pages(const LabState&, u32, Random&);
template LabX86State vary_pages(const LabX86State&, u32, Random&);
template LabState vary_paging(const LabState&);
template LabX86State vary_paging(const LabX86State&);
template LabState vary_time(const LabState&, Random&);
template LabX86State vary_time(const LabX86State&, Random&);

}  // namespace ringside::study
