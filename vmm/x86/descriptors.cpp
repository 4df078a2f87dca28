#include "vmm/x86/descriptors.hpp"

#include <algorithm>

namespace ringside::x86 {

Segment compressed(Segment segment, bool names_ring, u8 real_cpl) {
  if (segment.usable() && segment.dpl() == 0) segment.access |= 1u << rights::kDplShift;
  if (names_ring)
    segment.selector = static_cast<u16>((segment.selector & ~selector::kRpl) | real_cpl);
  return segment;
}

Descriptor compressed(Descriptor guest, bool watched) {
  constexpr u32 kPresent = 1u << 15, kAccessed = 1u << 8, kDplShift = 13;
  const bool loads = watched && guest.is_segment() && guest.high & kAccessed;
  if (!loads) guest.high &= ~kPresent;
  if (guest.dpl() == 0) guest.high |= 1u << kDplShift;
  return guest;
}

namespace {

// A TSS without stacks and bitmap: whatever needs one faults, so that the VMM looks into the
// guest's.
constexpr Segment kTask{monitor::kTssSelector, 0, 0,
                        rights::kPresent | static_cast<u32>(SystemType::kTss32Busy)};

Segment local_table(const Segment& guest) {
  if (!guest.usable()) return guest;
  return {monitor::kLdtSelector, monitor::kLdtBase, std::min<u32>(guest.limit, 0xffff),
          guest.access};
}

}  // namespace

// IF stays set: interrupts are the VMM's. CR0.WP serves tracing; shadow tables have no large and no
// global pages. Without SYSENTER_CS that instruction faults.
State compressed(const State& virt) {
  State real = virt;
  real.cpl = compressed(virt.cpl);
  for (unsigned i = 0; i < kSegs; ++i) {
    const bool names_ring =
        i == static_cast<unsigned>(Seg::kCs) || i == static_cast<unsigned>(Seg::kSs);
    real.seg[i] = compressed(virt.seg[i], names_ring, real.cpl);
  }
  real.eflags = (virt.eflags & ~kMonitorFlags) | flag::kIf;
  real.cr0 |= cr0::kPe | cr0::kPg | cr0::kWp;
  real.cr4 &= cr4::kTsd | cr4::kDe;
  real.gdtr = {monitor::kGdt.base, virt.gdtr.limit};
  real.idtr = monitor::kIdt;
  real.ldtr = local_table(virt.ldtr);
  real.tr = kTask;
  real.sysenter_cs = 0;
  real.halted = false;
  return real;
}

}  // namespace ringside::x86
