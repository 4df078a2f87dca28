// What is varied on Z-ISA.
#include "study/classify/vary.hpp"

namespace ringside::study {

using namespace session;

LabState vary_mode(const LabState& state) {
  LabState other = state;
  other.cpu.sr ^= kLabModeBit;
  return other;
}

void toggle_paging(LabState& state) {
  state.cpu.sr ^= kLabPagingBit;
}

void move_tables(LabState& state, Random& random) {
  u32& ptbr = state.cpu.control[kLabPtbr];
  const u32 before = ptbr;
  do ptbr = draw_ptbr(random, before >> 29);
  while (ptbr == before);
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
