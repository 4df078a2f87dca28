// The translation cache: what binary translation made of guest code (Adams and Agesen 2006, section 3).
// It is a part of the CPU's world that the guest cannot address: a stated abstraction (docs/decisions/006),
// as are the virtual registers that its operations work on.
//
// Every operation stands for one guest instruction. Instructions have one length and state is precise at
// every operation, so a jump into the middle of a unit enters it there, and no instruction is translated
// twice for the same place.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "base/types.hpp"

namespace ringside::cpu {

/// What a guest instruction became.
enum class OpKind : u8 {
  kIdentical,     ///< itself: the hardware executes it
  kInCache,       ///< a few instructions that do the same to the virtual registers
  kCallOutLight,  ///< a call of a VMM routine that saves little
  kCallOutFull,   ///< a call of the VMM with all state saved
  kChainedJump,   ///< a jump to a known target, led straight to the target's translation
  kHashedJump,    ///< a jump to a computed target, whose translation is looked up each time
};
inline constexpr std::size_t kOpKinds = 6;

/// Why an instruction did not stay what it was.
enum class OpReason : u8 {
  kNone,             ///< it stayed
  kGuestPc,          ///< it works with its own address, which stays the guest's
  kVirtualRegister,  ///< reads or writes a privileged register: the virtual one
  kModeOrMap,        ///< may change mode, paging or the map
  kEvents,           ///< timer or devices must be looked at
  kGuestMap,         ///< asks what the guest's own map allows
  kOwnTrap,          ///< traps into the kernel it is in
  kKnownTarget,      ///< goes on at a known address
  kComputedTarget,   ///< goes on at a computed address
  kKeepsTrapping,    ///< an access that trapped again and again
};
inline constexpr std::size_t kOpReasons = 10;

/// One operation of translated code.
struct TcOp {
  u32 word = 0;  ///< the guest's instruction
  OpKind kind = OpKind::kIdentical;
  OpReason reason = OpReason::kNone;
  bool joins = false;  ///< goes on in the call-out of the operation before it
  bool operator==(const TcOp&) const = default;
};

/// The page that code was translated from: the same frame at another address, or in the other virtual
/// mode, is other code.
struct CodeKey {
  Hpa frame;                ///< host-physical address of the page
  u32 page = 0;             ///< its guest-virtual address
  bool supervisor = false;  ///< virtual mode
  auto operator<=>(const CodeKey&) const = default;
};

/// What was translated in one go: the operations of consecutive instructions within a page.
struct Unit {
  u32 start = 0;  ///< guest PC of the first
  std::vector<TcOp> ops;
};

/// The units made from one page.
struct TcPage {
  /// Where an instruction's operation stands: number of the unit and one more, 0 for none.
  struct Place {
    u16 unit = 0;
    u16 op = 0;
  };
  std::vector<Unit> units;
  std::array<Place, kPageSize / 4> places{};
  u64 stamp = 0;  ///< changes whenever the page does

  /// The unit with the operation for pc, or the operation; null if there is none.
  const Unit* unit(u32 pc) const {
    const Place place = places[(pc & kPageMask) / 4];
    return place.unit == 0 ? nullptr : &units[place.unit - 1];
  }
  const TcOp* find(u32 pc) const {
    const Unit* in = unit(pc);
    return in ? &in->ops[places[(pc & kPageMask) / 4].op] : nullptr;
  }
};

/// All units of a VM, at most so many operations. A copyable value; copies share the pages that did not
/// change since.
class TranslationCache {
 public:
  explicit TranslationCache(u32 capacity = 0) : capacity_(capacity) {}

  const TcOp* find(const CodeKey& key, u32 pc) const;
  /// The page of a key, null if nothing of it is translated.
  const TcPage* page(const CodeKey& key) const;

  bool has_room(u32 ops) const { return used_ + ops <= capacity_; }
  /// Takes a unit in; none of its instructions may have an operation yet, and there must be room.
  void install(const CodeKey& key, Unit unit);
  /// Puts a unit in place of the one that was made of the same instructions.
  void replace(const CodeKey& key, Unit unit);
  /// Forgets the units made from a frame, at whatever address; says how many there were.
  u32 drop(Hpa frame);
  /// Forgets all.
  void flush();

  using Pages = std::map<CodeKey, std::shared_ptr<const TcPage>>;
  const Pages& pages() const { return pages_; }
  /// Changes whenever anything in here does.
  u64 stamp() const { return stamp_; }
  u32 used() const { return used_; }
  u32 capacity() const { return capacity_; }

  /// Since the start.
  struct Counts {
    u64 units = 0, instructions = 0;  ///< translated
    u64 retranslated = 0;             ///< units replaced
    u64 dropped = 0;                  ///< units whose code was written
    u64 flushes = 0;
    bool operator==(const Counts&) const = default;
  };
  const Counts& counts() const { return counts_; }

 private:
  TcPage& writable(const CodeKey& key);

  Pages pages_;
  u32 capacity_;
  u32 used_ = 0;  ///< operations
  u64 stamp_ = 0;
  Counts counts_;
};

/// Translated code as the CPU runs it: whose, and where its instructions are counted. The VMM sets it when
/// it enters the guest.
struct Units {
  const TranslationCache* cache = nullptr;  ///< null: the CPU runs the guest's code as it stands
  u64* executed = nullptr;
};

}  // namespace ringside::cpu
