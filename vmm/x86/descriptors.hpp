// Ring compression: what of a guest's segments and descriptors a de-privileged CPU is given. Ring 0
// becomes ring 1, the others stay (Robin and Irvine 2000, section 4, on what that gives away).
#pragma once

#include "cpu/x86/cpu.hpp"
#include "cpu/x86/descriptor.hpp"

namespace ringside::x86 {

/// The monitor's tables, as SGDT and SIDT show them, and its selectors, as SLDT and STR do.
namespace monitor {
inline constexpr TableRegister kGdt{kMonitorSpace, 0xffff},
    kIdt{kMonitorSpace + kMonitorTableBytes, 0x7ff};
inline constexpr u32 kLdtBase = kMonitorSpace + 0x10000;
inline constexpr u16 kLdtSelector = 0xfff0, kTssSelector = 0xfff8;
}  // namespace monitor

constexpr u8 compressed(u8 ring) {
  return ring == 0 ? u8{1} : ring;
}

/// A segment register as the real CPU holds it; `names_ring` (CS and SS): its RPL is the real ring.
Segment compressed(Segment segment, bool names_ring, u8 real_cpl);

/// The copy of a guest's descriptor in the monitor's table. Where a load has to reach the VMM it is
/// not present: in a gate, in a segment whose accessed bit is still to be set in the guest's table,
/// and in all unless `watched`, that is while a change of the guest's table would leave.
Descriptor compressed(Descriptor guest, bool watched);

/// What the real CPU holds while the guest believes to be in state `virt`; all but CR3.
State compressed(const State& virt);

/// Bits of EFLAGS that are the VMM's: the guest's are in the virtual state alone.
inline constexpr u32 kMonitorFlags = flag::kIf | flag::kIopl | flag::kVm | flag::kVif | flag::kVip;

}  // namespace ringside::x86
