// What a VMM that compresses rings keeps up with beside the guest's page tables: its descriptors, of which the monitor's
// tables hold copies, and address line 20. Used by every strategy that de-privileges.
#pragma once

#include "vmm/x86/shadow_policy.hpp"

namespace ringside::x86 {

/// Faults that ring 1 raises where ring 0 does not, or the monitor's tables where the guest's do not: the emulation finds
/// out.
constexpr bool may_be_the_monitors(const Trap& trap) {
  if (trap.kind != Trap::Kind::kException) return false;
  return trap.vector == kGp || trap.vector == kNp || trap.vector == kSs || trap.vector == kTs;
}

/// A copyable value, kept by a strategy.
class RingFollower {
 public:
  /// To be called at the beginning of an exit, and for each instruction that was emulated in it.
  void begin() { loaded_segment_ = false; }
  void emulated(Vm& vm, unsigned row);
  /// With address line 20 switched, every other megabyte is elsewhere: starts the shadow over.
  void follow_a20(Vm& vm, ShadowPager& pager);
  /// Copies the guest's descriptors once it has loaded a segment, and has the pager watch where they lie. When that is
  /// written they are copied anew; but where it happens often, which may be for other data in the page, they are hidden
  /// until the next load.
  void follow_descriptors(Vm& vm, ShadowPager& pager);
  /// Watched frames were written, or are watched no more: the copies may be stale.
  void descriptors_written(Vm&) { written_ = true; }

 private:
  /// Writes to a table's pages that have it copied anew.
  static constexpr u32 kPatience = 16;
  void copy(Vm& vm, ShadowPager& pager);

  bool loaded_segment_ = false;  ///< the exit under way emulated a load of a segment or of a descriptor table
  bool written_ = false;         ///< see descriptors_written()
  u32 patience_ = kPatience;     ///< what is left for the tables in use
  bool a20_ = true;              ///< address line 20, as the shadow tables have it
};

}  // namespace ringside::x86
