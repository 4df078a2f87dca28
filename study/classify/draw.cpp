#include "study/classify/draw.hpp"

#include <numeric>
#include <utility>

namespace ringside::study {

using namespace session;

namespace {

constexpr u32 kCorners[] = {0,          1,          2,          4,          ~u32{0},  ~u32{3},
                            0x7fffffff, 0x80000000, 0x00000fff, 0x00001000, kLabBase, kLabBase - 4};

u32 draw_address(Random& random) {
  u32 address = kLabBase + random.below(kLabPages) * kPageSize + random.below(kPageSize);
  if (random.chance(10)) address |= kPageMask;
  return random.chance(60) ? address & ~u32{3} : address;
}

u32 draw_value(Random& random) {
  if (random.chance(50)) return draw_address(random);
  if (random.chance(50)) return kCorners[random.below(std::size(kCorners))];
  return random.word();
}

u32 draw_status(Random& random) {
  u32 sr = 0;
  for (const LabStatusBit& each : lab_status_bits())
    if (random.chance(50)) sr |= each.bit;
  return sr;
}

LabCpu draw_cpu(Random& random) {
  LabCpu cpu;
  for (u32 i = 1; i < kLabRegisters; ++i) cpu.x[i] = draw_value(random);
  cpu.pc = (random.chance(80) ? draw_address(random) : draw_value(random)) & ~u32{3};
  cpu.sr = draw_status(random);
  for (u32 i = 0; i < kLabControls; ++i)
    cpu.control[i] = draw_value(random) & lab_controls()[i].bits;
  cpu.control[kLabPtbr] = draw_ptbr(random, 2 + random.below(4));
  cpu.reserved = random.chance(50);
  if (cpu.reserved) cpu.reservation = cpu.x[1 + random.below(kLabRegisters - 1)] & ~u32{3};
  return cpu;
}

LabPage draw_page(Random& random, u32 frame, u32 other_frame, bool cachable) {
  LabPage page{random.chance(75), draw_rights(random), frame, std::nullopt};
  if (cachable && random.chance(25)) page.cached = random.chance(60) ? other_frame : frame;
  return page;
}

}  // namespace

u32 draw_rights(Random& random) {
  constexpr u32 kKinds[] = {kLabRead, kLabRead | kLabWrite, kLabRead | kLabExecute, kLabExecute,
                            kLabRead | kLabWrite | kLabExecute};
  const u32 user = random.chance(60) ? kLabUser : 0;
  return user | kKinds[random.chance(50) ? 1 : random.below(std::size(kKinds))];
}

u32 draw_ptbr(Random& random, u32 levels) {
  return lab_ptbr(random.below(kLabTableFrames - levels), levels);
}

std::array<u32, kLabFrames> draw_order(Random& random) {
  std::array<u32, kLabFrames> order;
  std::iota(order.begin(), order.end(), 0u);
  for (u32 i = kLabFrames; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

LabState draw_state(Random& random) {
  LabState state;
  state.cpu = draw_cpu(random);
  const auto order = draw_order(random);
  for (u32 i = 0; i < kLabPages; ++i)
    state.pages[i] = draw_page(random, order[i], order[kLabPages + i], state.cpu.paging());
  std::iota(state.contents.begin(), state.contents.end(), u8{0});
  state.time = random.next() >> random.below(64);
  return state;
}

u32 draw_word(Random& random, const LabInstruction& instruction) {
  constexpr u32 kSmallImmediate = 0x00ffffff;
  u32 operands = random.word();
  if (random.chance(60)) operands &= kSmallImmediate;
  return instruction.match | (operands & ~instruction.mask);
}

}  // namespace ringside::study
