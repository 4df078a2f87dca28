#include "study/classify/vary.hpp"

namespace ringside::study {

using namespace session;

LabState vary_mode(const LabState& state) {
  LabState other = state;
  other.cpu.sr ^= kLabModeBit;
  return other;
}

LabState vary_frames(const LabState& state, Random& random) {
  LabState other = state;
  const u32 levels = state.cpu.control[kLabPtbr] >> 29;
  do other.cpu.control[kLabPtbr] = draw_ptbr(random, levels);
  while (other.cpu.control[kLabPtbr] == state.cpu.control[kLabPtbr]);
  // With paging off addresses name frames: only the tables can move unseen.
  if (!state.cpu.paging()) return other;
  const auto order = draw_order(random);
  for (LabPage& page : other.pages) {
    page.frame = order[page.frame];
    if (page.cached) page.cached = order[*page.cached];
  }
  for (u32 frame = 0; frame < kLabFrames; ++frame)
    other.contents[order[frame]] = state.contents[frame];
  return other;
}

LabState vary_pages(const LabState& state, u32 which, Random& random) {
  LabState other = state;
  for (u32 p = 0; p < kLabPages; ++p) {
    if (!(which >> p & 1)) continue;
    LabPage& page = other.pages[p];
    page.cached.reset();
    page.mapped = !page.mapped || random.chance(50);
    page.rights = draw_rights(random);
  }
  return other;
}

LabState vary_status(const LabState& state, Random& random) {
  LabState other = state;
  for (const LabStatusBit& each : lab_status_bits()) {
    const bool of_q = !each.user_writable && each.bit != kLabModeBit && each.bit != kLabPagingBit;
    if (of_q && random.chance(50)) other.cpu.sr ^= each.bit;
  }
  for (u32 i = 0; i < kLabControls; ++i)
    if (i != kLabPtbr && random.chance(75))
      other.cpu.control[i] ^= random.word() & lab_controls()[i].bits;
  return other;
}

LabState vary_paging(const LabState& state) {
  LabState other = state;
  other.cpu.sr ^= kLabPagingBit;
  for (u32 p = 0; p < kLabPages; ++p) {
    LabPage& page = other.pages[p];
    const u32 frame = page.cached.value_or(page.frame);
    if (!page.mapped && !page.cached) continue;
    const u32 from = state.cpu.paging() ? frame : p, to = state.cpu.paging() ? p : frame;
    other.contents[to] = state.contents[from];
  }
  for (LabPage& page : other.pages) page.cached.reset();
  return other;
}

LabState vary_time(const LabState& state, Random& random) {
  LabState other = state;
  const u32 half = random.word() | 1;
  other.time ^= random.chance(50) ? half : u64{half} << 32;
  return other;
}

std::vector<LabState> step_by_step(const LabState& a, const LabState& b) {
  std::vector<LabState> way = {a};
  const auto step = [&](auto place) {
    for (u32 bit = 1; bit != 0; bit <<= 1) {
      if (!((place(way.back()) ^ place(b)) & bit)) continue;
      way.push_back(way.back());
      place(way.back()) ^= bit;
    }
  };
  step([](auto& state) -> auto& { return state.cpu.sr; });
  for (u32 i = 0; i < kLabControls; ++i)
    step([i](auto& state) -> auto& { return state.cpu.control[i]; });
  for (u32 p = 0; p < kLabPages; ++p) {
    if (a.pages[p] == b.pages[p]) continue;
    way.push_back(way.back());
    way.back().pages[p] = b.pages[p];
  }
  return way;
}

}  // namespace ringside::study
