// What is varied on x86.
#include "study/classify/vary.hpp"

namespace ringside::study {

using namespace session;
using namespace x86;

namespace {

constexpr u32 kLevelThree = kLabLevels - 1;

void set_level(Segment& segment, u32 level) {
  segment.selector = static_cast<u16>((segment.selector & ~3u) | level);
  segment.access = (segment.access & ~rights::kDpl) | level << rights::kDplShift;
}

// IF is what people know.
void vary_flags(State& cpu, Random& random) {
  u32 others = flag::kVif | flag::kVip;
  if (cpu.cpl == 0) others |= flag::kIopl;
  cpu.eflags ^= flag::kIf | (random.word() & others);
}

void vary_control_registers(State& cpu, Random& random) {
  cpu.cr0 ^= draw_cr0(random);
  cpu.cr2 ^= random.word();
  cpu.cr4 ^= draw_cr4(random);
  for (u32 i = 0; i < 4; ++i) cpu.dr[i] ^= random.word();
  for (u32* each : {&cpu.sysenter_esp, &cpu.sysenter_eip})
    if (random.chance(50)) *each ^= random.word();
  if (random.chance(50)) cpu.sysenter_cs += 0x40;  // SYSENTER and SYSEXIT look at no descriptor
  if (random.chance(50)) cpu.apic_base ^= kPageSize;
  if (random.chance(50)) cpu.apic_base ^= kLabX86ApicEnable;
  if (random.chance(50)) cpu.nmi_blocked = !cpu.nmi_blocked;
}

// The other set's, which are as good.
void vary_table_registers(State& cpu, Random& random) {
  const LabX86Tables& other = lab_x86_tables(cpu.gdtr == lab_x86_tables(0).gdtr ? 1 : 0);
  if (random.chance(75)) cpu.gdtr = other.gdtr;
  if (random.chance(75)) cpu.idtr = other.idtr;
  if (random.chance(75)) cpu.ldtr = other.ldtr;
  if (random.chance(75)) cpu.tr = other.tr;
}

/// The registers of Q that are more than a row of bits, or as good as one.
template <class Visit>
void for_each_register(Visit visit) {
  visit([](State & s) -> auto& { return s.cr2; });
  for (u32 i = 0; i < 8; ++i) visit([i](State & s) -> auto& { return s.dr[i]; });
  visit([](State & s) -> auto& { return s.gdtr; });
  visit([](State & s) -> auto& { return s.idtr; });
  visit([](State & s) -> auto& { return s.ldtr; });
  visit([](State & s) -> auto& { return s.tr; });
  visit([](State & s) -> auto& { return s.sysenter_cs; });
  visit([](State & s) -> auto& { return s.sysenter_esp; });
  visit([](State & s) -> auto& { return s.sysenter_eip; });
  visit([](State & s) -> auto& { return s.apic_base; });
  visit([](State & s) -> auto& { return s.nmi_blocked; });
}

}  // namespace

LabX86State vary_mode(const LabX86State& state) {
  LabX86State other = state;
  if (state.cpu.iopl() != 0) return other;
  const u32 level = state.user() ? 0 : kLevelThree;
  other.cpu.cpl = static_cast<u8>(level);
  set_level(other.cpu.segment(Seg::kCs), level);
  set_level(other.cpu.segment(Seg::kSs), level);
  return other;
}

LabX86State vary_status(const LabX86State& state, Random& random) {
  LabX86State other = state;
  vary_flags(other.cpu, random);
  vary_control_registers(other.cpu, random);
  vary_table_registers(other.cpu, random);
  return other;
}

void toggle_paging(LabX86State& state) {
  state.cpu.cr0 ^= cr0::kPg;
}

void move_tables(LabX86State& state, Random& random) {
  const u32 before = state.cpu.cr3;
  do state.cpu.cr3 = draw_cr3(random);
  while (state.cpu.cr3 == before);
}

std::vector<LabX86State> step_by_step(const LabX86State& a, const LabX86State& b) {
  std::vector<LabX86State> way = {a};
  LabX86State target = b;
  const auto next = [&]() -> LabX86State& {
    way.push_back(way.back());
    return way.back();
  };
  const auto bits = [&](auto place) {
    for (u32 bit = 1; bit != 0; bit <<= 1)
      if ((place(way.back().cpu) ^ place(target.cpu)) & bit) place(next().cpu) ^= bit;
  };
  bits([](State & s) -> auto& { return s.eflags; });
  bits([](State & s) -> auto& { return s.cr0; });
  bits([](State & s) -> auto& { return s.cr4; });
  for_each_register([&](auto place) {
    if (place(way.back().cpu) != place(target.cpu)) place(next().cpu) = place(target.cpu);
  });
  for (u32 p = 0; p < kLabPages; ++p)
    if (a.pages[p] != b.pages[p]) next().pages[p] = b.pages[p];
  return way;
}

}  // namespace ringside::study
