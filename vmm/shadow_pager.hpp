// The policy of shadow paging: fill on demand, trace the guest's page tables, forward its own faults
// (Adams and Agesen 2006, section 2.4: hidden faults, traces, true faults).
//
// A guest address space has two shadow roots, one for each virtual mode, since both run in real U; where the
// hardware gives the guest real modes, one root does, and its entries keep the guest's U bits. A further
// kind maps guest-physical addresses to themselves while the guest's paging is off. A guest frame that a walk
// went through is traced: the guest's writes to it fault, are emulated, and drop what was derived from
// the entry written. A frame that is written word after word is no longer a table; its trace ends.
#pragma once

#include <map>
#include <vector>

#include "vmm/vm.hpp"

namespace ringside::vmm {

/// What to do about a page fault.
enum class FaultAction : u8 {
  kRetry,    ///< the shadow was filled: run on
  kInject,   ///< it is the guest's own: `trap` says what to inject
  kEmulate,  ///< emulate the instruction, then call absorb_writes()
};
struct FaultAnswer {
  FaultAction action;
  Trap trap{};
};

/// A copyable value, kept by a strategy.
class ShadowPager {
 public:
  /// In which modes the guest's two run.
  enum class Modes : u8 { kDeprivileged, kReal };
  explicit ShadowPager(Modes modes = Modes::kDeprivileged) : modes_(modes) {}

  /// Chooses the root for the guest's virtual mode, paging and page-table base; to be called before
  /// each entry.
  void choose_root(Vm& vm);

  /// Finds out what the fault means, and fills the shadow where that cures it.
  FaultAnswer handle(Vm& vm, const PageFault& fault);

  /// Brings the shadow up to date with writes to traced frames, by emulation or DMA.
  void absorb_writes(Vm& vm);

  /// From now on a write to this frame, whose code was translated, is traced until one comes.
  void watch_code(Vm& vm, Gpa frame);
  /// No frame's code is watched any more.
  void forget_code(Vm& vm);
  /// Frames whose watched code was written since the last call; they are watched no more.
  std::vector<Gpa> take_written_code() { return std::exchange(written_code_, {}); }

 private:
  // An address space in one virtual mode. Paging off is {0, false}.
  struct Space {
    u32 ptbr;
    bool paging, supervisor;
    auto operator<=>(const Space&) const = default;
  };
  struct Mapping {
    u32 root;
    u32 gva;
    auto operator<=>(const Mapping&) const = default;
  };
  // A mapping that came through the guest table entry at `offset` of a frame.
  struct Derived {
    u16 offset;
    Mapping mapping;
    auto operator<=>(const Derived&) const = default;
  };
  struct Frame {
    std::vector<Derived> derived;    ///< what was made from the entries in it, where it is a table
    std::vector<Mapping> writable;   ///< where it is mapped writable
    u64 last_write = 0;              ///< address, and how many writes came word after word before it
    u32 run = 0;
    bool code = false;               ///< its code was translated
  };

  u32 root_for(Vm& vm, const ArchState& virt);
  FaultAnswer fill(Vm& vm, const PageFault& fault, Gpa page, u32 flags, const mmu::Walk* walk);
  void map(Vm& vm, Gva gva, Gpa page, mmu::Rights rights, const mmu::Walk* walk);
  void start_over(Vm& vm);
  void trace_tables(Vm& vm, const mmu::Walk& walk, const Mapping& mapping);
  void start_trace(Vm& vm, Gpa table);
  void code_written(Vm& vm, Frame& frame, Gpa page);
  void drop_derived(Vm& vm, Frame& frame, std::optional<u16> offset);

  mmu::Rights rights_of(u32 flags, bool supervisor) const;

  Modes modes_;
  std::map<Space, u32> roots_;
  std::map<u64, Frame> frames_;  ///< by guest frame number
  std::vector<Gpa> written_code_;
};

}  // namespace ringside::vmm
