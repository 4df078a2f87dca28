// States and code of x86 for the experiments.
#include <algorithm>
#include <numeric>

#include "study/classify/draw.hpp"

namespace ringside::study {

using namespace session;
using namespace x86;

namespace {

constexpr u32 kLevelThree = kLabLevels - 1;

// Memory holds return frames of eight words (session/x86_laboratory_machine.cpp): the first word of
// one, or a far pointer in it, or anything else.
u32 draw_address(Random& random) {
  constexpr u32 kFrame = 32, kPlaces[] = {0, 0, 4, 8, 16, 20, 24, 28};
  const u32 page = kLabX86Base + random.below(kLabPages) * kPageSize;
  if (random.chance(10)) return page + random.below(kPageSize);
  return page + random.below(kPageSize / kFrame) * kFrame +
         kPlaces[random.below(std::size(kPlaces))];
}

u16 draw_selector(Random& random) {
  const auto all = lab_x86_selectors();
  const u16 any =
      static_cast<u16>(all[random.below(static_cast<u32>(all.size()))] | random.below(kLabLevels));
  if (random.chance(50)) return any;
  const u32 level = random.below(kLabLevels);
  return random.chance(50) ? lab_x86_code(level) : lab_x86_data(level);
}

u32 draw_value(Random& random) {
  constexpr u32 kCorners[] = {0,       1,          2,          4,      ~u32{0},
                              ~u32{3}, 0x7fffffff, 0x80000000, 0x1000, kLabX86Base};
  // Numbers of model-specific registers are hardly met by chance.
  constexpr u32 kMsrs[] = {0x10, 0x1b, 0x174, 0x175, 0x176};
  const u32 kind = random.below(100);
  if (kind < 45) return draw_address(random);
  if (kind < 75) return draw_selector(random);
  if (kind < 80) return kMsrs[random.below(std::size(kMsrs))];
  if (kind < 88) return kCorners[random.below(std::size(kCorners))];
  return random.word();
}

u32 draw_flags(Random& random, u32 level) {
  constexpr u32 kOften =
      flag::kStatus | flag::kDf | flag::kIf | flag::kVif | flag::kVip | flag::kId;
  u32 flags = flag::kOne | (random.word() & kOften);
  if (random.chance(20)) flags |= flag::kTf;
  if (random.chance(20)) flags |= flag::kAc;
  if (random.chance(10)) flags |= flag::kNt;
  if (level == 0 && random.chance(30)) flags |= random.word() & flag::kIopl;
  return flags;
}

u32 draw_level(Random& random) {
  if (random.chance(50)) return kLevelThree;
  return random.chance(70) ? 0 : 1 + random.below(2);
}

void draw_system_registers(Random& random, State& cpu) {
  cpu.cr0 |= draw_cr0(random) | (random.chance(60) ? cr0::kPg : 0);
  cpu.cr2 = draw_value(random);
  cpu.cr3 = draw_cr3(random);
  cpu.cr4 = draw_cr4(random);
  for (u32 i = 0; i < 4; ++i) cpu.dr[i] = draw_value(random);
  cpu.sysenter_esp = draw_address(random);
  cpu.sysenter_eip = draw_value(random);
  cpu.nmi_blocked = random.chance(10);
}

State draw_cpu(Random& random) {
  const u32 level = draw_level(random);
  State cpu = lab_x86_plain_cpu(level);
  for (u32& r : cpu.r) r = draw_value(random);
  cpu.r[kEsp] = draw_address(random);
  if (random.chance(20)) cpu.r[kEcx] = 0;  // a count
  cpu.eip = random.chance(80) ? draw_address(random) : draw_value(random);
  cpu.eflags = draw_flags(random, level);
  draw_system_registers(random, cpu);
  return cpu;
}

LabPage draw_page(Random& random, u32 frame, u32 other_frame, bool cachable) {
  LabPage page{random.chance(85), draw_rights(random), frame, std::nullopt};
  if (cachable && random.chance(25)) page.cached = random.chance(60) ? other_frame : frame;
  return page;
}

// Behind an opening come a SIB byte, a displacement, an immediate, or several: bytes that make good
// addresses and selectors at any place.
void draw_operands(Random& random, LabX86Code& code, u32 at) {
  const auto put = [&](u32 where, u32 value, u32 count) {
    for (u32 i = 0; i < count && where + i < code.bytes.size(); ++i)
      code.bytes[where + i] = static_cast<u8>(value >> (8 * i));
  };
  for (u8& byte : std::span(code.bytes).subspan(at)) byte = static_cast<u8>(random.below(32));
  const u32 address_at = at - 1 + random.below(3);
  if (random.chance(60)) put(std::max(address_at, at), draw_address(random), 4);
  if (random.chance(60)) put(at + 3, draw_selector(random), 2);
}

// A prefix that says nothing to an instruction is ignored there; what it makes another one is not taken.
LabX86Code draw_candidate(Random& random, const LabX86Code& opening) {
  constexpr u8 kOperandSize = 0x66, kRep = 0xf3;
  LabX86Code code;
  u32 at = 0;
  if (random.chance(15)) code.bytes[at++] = kOperandSize;
  if (random.chance(15)) code.bytes[at++] = kRep;
  std::copy_n(opening.bytes.begin(), opening.length, code.bytes.begin() + at);
  draw_operands(random, code, at + opening.length);
  return code;
}

}  // namespace

u32 draw_cr3(Random& random) {
  return lab_x86_cr3(random.below(kLabTableFrames - 1));
}

u32 draw_cr0(Random& random) {
  u32 bits = random.word() & (cr0::kMp | cr0::kEm | cr0::kTs | cr0::kNe | cr0::kWp | cr0::kCd);
  if (random.chance(20)) bits |= cr0::kAm;
  return bits;
}

u32 draw_cr4(Random& random) {
  return random.word() & (cr4::kTsd | cr4::kDe | cr4::kPse | cr4::kPge);
}

void draw(Random& random, LabX86State& state) {
  state = {};
  state.cpu = draw_cpu(random);
  const auto order = draw_order(random);
  for (u32 i = 0; i < kLabPages; ++i)
    state.pages[i] = draw_page(random, order[i], order[kLabPages + i], state.paging());
  std::iota(state.contents.begin(), state.contents.end(), u8{0});
  state.time = random.next() >> random.below(64);
}

LabX86Code draw_code(Random& random, const LabX86Instruction& instruction) {
  const auto& openings = instruction.openings;
  for (;;) {
    const LabX86Code& opening = openings[random.below(static_cast<u32>(openings.size()))];
    LabX86Code code = draw_candidate(random, opening);
    if (X86Laboratory::decode(code) != instruction.name) continue;
    std::fill(code.bytes.begin() + code.length, code.bytes.end(), u8{0});
    return code;
  }
}

}  // namespace ringside::study
