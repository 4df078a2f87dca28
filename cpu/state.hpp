// The architectural state of a Z-ISA CPU, as a plain record. The same record serves three times:
// the simulated CPU holds one (the truth), a Vm holds one per vcpu (the virtual state, what the VMM
// believes that the guest set), and the ideal record is one (what bare metal would hold).
#pragma once

#include <array>

#include "base/hash.hpp"
#include "isa/zisa/registers.hpp"
#include "mmu/mmu.hpp"

namespace ringside::cpu {

using zisa::Cause;
using zisa::Cr;
using zisa::Mode;

struct ArchState {
  /// x0 to x31. Slot 32 takes what the fast engine writes to x0; it is no state.
  std::array<u32, 33> x{};
  u32 pc = 0;
  u32 sr = zisa::sr::kMode;
  std::array<u32, zisa::kCrCount> cr = reset_registers();
  u32 reservation = 0;    ///< gva of LR's word
  bool reserved = false;  ///< whether it holds
  bool waiting = false;   ///< in WFI

  u32 control(Cr which) const { return cr[static_cast<u32>(which)]; }
  u32& control(Cr which) { return cr[static_cast<u32>(which)]; }
  Mode mode() const { return static_cast<Mode>(sr & zisa::sr::kMode); }
  bool supervisor() const { return sr & zisa::sr::kMode; }
  bool paging() const { return sr & zisa::sr::kPg; }
  u64 timecmp() const { return u64{control(Cr::kTimecmph)} << 32 | control(Cr::kTimecmp); }
  mmu::Context context() const { return {control(Cr::kPtbr), paging(), supervisor()}; }

  static constexpr std::array<u32, zisa::kCrCount> reset_registers() {
    std::array<u32, zisa::kCrCount> cr{};
    cr[static_cast<u32>(Cr::kTimecmp)] = cr[static_cast<u32>(Cr::kTimecmph)] = ~u32{0};
    return cr;
  }
};

/// What an instruction or an interrupt does instead of completing.
struct Trap {
  Cause cause{};
  u32 tval = 0;
  bool operator==(const Trap&) const = default;
};

/// Enters the trap handler (docs/zisa.md, section 2). `state.pc` is the PC to come back to.
inline void enter_trap(ArchState& state, const Trap& trap) {
  using namespace zisa::sr;
  state.control(Cr::kEpc) = state.pc;
  state.control(Cr::kCause) = static_cast<u32>(trap.cause);
  state.control(Cr::kTval) = trap.tval;
  const u32 now = state.sr;
  state.sr = (now & ~(kPmode | kPie | kIe)) | kMode;
  if (now & kMode) state.sr |= kPmode;
  if (now & kIe) state.sr |= kPie;
  state.pc = state.control(Cr::kTvec);
  state.waiting = false;
}

/// SR after TRET.
constexpr u32 returned_status(u32 status) {
  using namespace zisa::sr;
  u32 after = (status & ~(kMode | kIe | kPmode)) | kPie;
  if (status & kPmode) after |= kMode;
  if (status & kPie) after |= kIe;
  return after;
}

/// The interrupt that a CPU in this state takes now, given the pending ones: external before
/// software before timer; none while they are disabled.
inline bool interrupts_enabled(const ArchState& s) { return !s.supervisor() || s.sr & zisa::sr::kIe; }
inline u32 enabled_pending(const ArchState& s) {
  return s.control(Cr::kIpend) & s.control(Cr::kIenable);
}
inline Cause first_interrupt(u32 pending) {
  for (const Cause cause : {Cause::kExternalInterrupt, Cause::kSoftwareInterrupt})
    if (pending & zisa::interrupt_bit(cause)) return cause;
  return Cause::kTimerInterrupt;
}

/// Hash of all that the state holds.
inline u64 hash_state(const ArchState& s) {
  u64 hash = hash_bytes(s.x.data(), 32 * sizeof(u32));
  hash = hash_bytes(s.cr.data(), sizeof s.cr, hash);
  return hash_mix(hash_mix(hash, u64{s.pc} << 32 | s.sr), u64{s.waiting});
}

}  // namespace ringside::cpu
