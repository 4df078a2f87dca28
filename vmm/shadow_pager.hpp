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
template <class Trap>
struct FaultAnswerOf {
  FaultAction action;
  Trap trap{};
};
using FaultAnswer = FaultAnswerOf<Trap>;

/// In which modes the guest's two run.
enum class PagerModes : u8 { kDeprivileged, kReal };

/// An address space of the guest that has a shadow root of its own. Paging off is {0, false}.
struct ShadowSpace {
  u32 root;  ///< PTBR; on x86 CR3, and in its low bits what else the meaning of tables depends on
  bool paging, supervisor;
  auto operator<=>(const ShadowSpace&) const = default;
};

/// What the pager has to know of Z-ISA. Another ISA brings a struct of the same shape (vmm/x86/shadow_policy.hpp).
struct ZisaShadowPolicy {
  using Vm = vmm::Vm;
  using PageFault = vmm::PageFault;
  using Trap = vmm::Trap;
  using Walk = mmu::Walk;

  static ShadowSpace space(const Vm& vm, PagerModes modes);
  /// Of the shadow's tables.
  static unsigned levels(const ShadowSpace& space);
  static Access access(const PageFault& fault) { return fault.access; }
  /// The guest's own tables for the access that faulted.
  static Walk walk(Vm& vm, const PageFault& fault) { return vm.walk_guest(fault.address, fault.access); }
  static bool faults(const Walk& walk) { return walk.fault != mmu::Fault::kNone; }
  /// The guest's own page fault.
  static Trap true_fault(const PageFault& fault, const Walk& walk);
  /// What comes of an access to what is no RAM.
  static FaultAnswer outside(Vm& vm, const PageFault& fault, Gpa page);
  /// Where a page lies that the guest's paging does not translate, and its flags.
  static Gpa untranslated(const Vm&, const PageFault& fault) { return {fault.address.v & ~kPageMask}; }
  static u32 untranslated_flags(const Vm& vm);
  /// Rights of a guest leaf; a store needs D, which only a store sets.
  static mmu::Rights rights(const Vm& vm, const PageFault& fault, u32 flags, PagerModes modes);
};

/// A copyable value, kept by a strategy.
template <class Policy>
class ShadowPagerOf {
 public:
  using Vm = typename Policy::Vm;
  using PageFault = typename Policy::PageFault;
  using Walk = typename Policy::Walk;
  using Answer = FaultAnswerOf<typename Policy::Trap>;
  using Modes = PagerModes;
  explicit ShadowPagerOf(Modes modes = Modes::kDeprivileged) : modes_(modes) {}

  /// Chooses the root for the guest's virtual mode, paging and page-table base; to be called before
  /// each entry.
  void choose_root(Vm& vm);

  /// Finds out what the fault means, and fills the shadow where that cures it.
  Answer handle(Vm& vm, const PageFault& fault);

  /// Brings the shadow up to date with writes to traced frames, by emulation or DMA.
  void absorb_writes(Vm& vm);

  /// Forgets all that was derived from the guest's tables.
  void start_over(Vm& vm);

  /// From now on a write to this frame, whose code was translated or on x86 whose descriptors were copied, is traced
  /// until one comes.
  void watch_code(Vm& vm, Gpa frame);
  /// No frame's code is watched any more.
  void forget_code(Vm& vm);
  /// Frames whose watched code was written since the last call; they are watched no more.
  std::vector<Gpa> take_written_code() { return std::exchange(written_code_, {}); }

 private:
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

  u32 root_for(Vm& vm);
  Answer fill(Vm& vm, const PageFault& fault, Gpa page, u32 flags, const Walk* walk);
  void map(Vm& vm, Gva gva, Gpa page, mmu::Rights rights, const Walk* walk);
  void trace_tables(const Walk& walk, const Mapping& mapping);
  void start_trace(Vm& vm, Gpa table);
  void code_written(Vm& vm, Frame& frame, Gpa page);
  void drop_derived(Vm& vm, Frame& frame, std::optional<u16> offset);

  Modes modes_;
  std::map<ShadowSpace, u32> roots_;
  std::map<u64, Frame> frames_;  ///< by guest frame number
  std::vector<Gpa> written_code_;
};

using ShadowPager = ShadowPagerOf<ZisaShadowPolicy>;
extern template class ShadowPagerOf<ZisaShadowPolicy>;

}  // namespace ringside::vmm
