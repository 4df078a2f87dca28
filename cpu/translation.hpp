// The translation cache: what binary translation made of guest code (Adams and Agesen 2006, section 3).
// It is a part of the CPU's world that the guest cannot address: a stated abstraction (docs/decisions/006),
// as are the virtual registers that its operations work on.
//
// Every operation stands for one guest instruction. State is precise at every operation, so a jump into the
// middle of a unit enters it there, and no instruction is translated twice for the same place. The templates
// serve all ISAs; InstructionTraits says what they have to know of one.
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
  kCrossesPage,      ///< goes on in the next page, which may be another by the time it runs
};
inline constexpr std::size_t kOpReasons = 11;

/// What translated code has to know of an ISA's instructions: at multiples of how many bytes they begin, and how
/// many bytes one takes.
template <class Insn>
struct InstructionTraits;
/// Z-ISA, where the word is all.
template <>
struct InstructionTraits<u32> {
  static constexpr u32 kAlignment = 4;
  static constexpr u32 bytes(u32) { return 4; }
};

/// One operation of translated code.
template <class Insn>
struct TcOpOf {
  Insn insn{};  ///< the guest's instruction
  OpKind kind = OpKind::kIdentical;
  OpReason reason = OpReason::kNone;
  bool joins = false;  ///< goes on in the call-out of the operation before it

  /// Whether the CPU executes it by itself.
  bool is_executed() const {
    return kind == OpKind::kIdentical || kind == OpKind::kChainedJump || kind == OpKind::kHashedJump;
  }
  bool calls_out() const { return kind == OpKind::kCallOutLight || kind == OpKind::kCallOutFull; }
  bool operator==(const TcOpOf&) const = default;
};

/// The page that code was translated from: the same frame at another address, or in the other virtual
/// mode, is other code.
struct CodeKey {
  Hpa frame;                ///< host-physical address of the page
  u32 page = 0;             ///< its guest-virtual address
  bool supervisor = false;  ///< virtual mode
  bool wide = true;         ///< code of 32 bits, as all of Z-ISA's; x86 has other
  auto operator<=>(const CodeKey&) const = default;
};

/// What was translated in one go: the operations of consecutive instructions within a page.
template <class Insn>
struct UnitOf {
  u32 start = 0;  ///< guest PC of the first
  std::vector<TcOpOf<Insn>> ops;

  /// The operation of the instruction at pc; null if there is none.
  TcOpOf<Insn>* find(u32 pc) {
    u32 at = start;
    for (auto& op : ops) {
      if (at == pc) return &op;
      at += InstructionTraits<Insn>::bytes(op.insn);
    }
    return nullptr;
  }
  /// Calls f(pc, op) for each operation.
  template <class F>
  void each(F f) const {
    u32 pc = start;
    for (const auto& op : ops) f(pc, op), pc += InstructionTraits<Insn>::bytes(op.insn);
  }
};

/// The units made from one page.
template <class Insn>
struct TcPageOf {
  static constexpr u32 kPlaces = kPageSize / InstructionTraits<Insn>::kAlignment;
  static constexpr u32 place_of(u32 pc) { return (pc & kPageMask) / InstructionTraits<Insn>::kAlignment; }
  /// Where an instruction's operation stands: number of the unit and one more, 0 for none.
  struct Place {
    u16 unit = 0;
    u16 op = 0;
  };
  std::vector<UnitOf<Insn>> units;
  std::array<Place, kPlaces> places{};
  u64 stamp = 0;  ///< changes whenever the page does

  /// The unit with the operation for pc, or the operation; null if there is none.
  const UnitOf<Insn>* unit(u32 pc) const {
    const Place place = places[place_of(pc)];
    return place.unit == 0 ? nullptr : &units[place.unit - 1];
  }
  const TcOpOf<Insn>* find(u32 pc) const {
    const auto* in = unit(pc);
    return in ? &in->ops[places[place_of(pc)].op] : nullptr;
  }
};

/// Numbers of what a translation cache did since the start.
struct TranslationCounts {
  u64 units = 0, instructions = 0;  ///< translated
  u64 retranslated = 0;             ///< units replaced
  u64 dropped = 0;                  ///< units whose code was written
  u64 flushes = 0;
  bool operator==(const TranslationCounts&) const = default;
};

/// All units of a VM, at most so many operations. A copyable value; copies share the pages that did not
/// change since.
template <class Insn>
class TranslationCacheOf {
 public:
  using Op = TcOpOf<Insn>;
  using Unit = UnitOf<Insn>;
  using Page = TcPageOf<Insn>;
  explicit TranslationCacheOf(u32 capacity = 0) : capacity_(capacity) {}

  const Op* find(const CodeKey& key, u32 pc) const;
  /// The page of a key, null if nothing of it is translated.
  const Page* page(const CodeKey& key) const;

  bool has_room(u32 ops) const { return used_ + ops <= capacity_; }
  /// Takes a unit in; none of its instructions may have an operation yet, and there must be room.
  void install(const CodeKey& key, Unit unit);
  /// Puts a unit in place of the one that was made of the same instructions.
  void replace(const CodeKey& key, Unit unit);
  /// Forgets the units made from a frame, at whatever address; says how many there were.
  u32 drop(Hpa frame);
  /// Forgets all.
  void flush();

  using Pages = std::map<CodeKey, std::shared_ptr<const Page>>;
  const Pages& pages() const { return pages_; }
  /// Changes whenever anything in here does.
  u64 stamp() const { return stamp_; }
  u32 used() const { return used_; }
  u32 capacity() const { return capacity_; }

  const TranslationCounts& counts() const { return counts_; }

 private:
  Page& writable(const CodeKey& key);

  Pages pages_;
  u32 capacity_;
  u32 used_ = 0;  ///< operations
  u64 stamp_ = 0;
  TranslationCounts counts_;
};

/// Translated code as the CPU runs it: whose, and where its instructions are counted. The VMM sets it when
/// it enters the guest.
template <class Insn>
struct UnitsOf {
  const TranslationCacheOf<Insn>* cache = nullptr;  ///< null: the CPU runs the guest's code as it stands
  u64* executed = nullptr;
};

// --- the definitions ---

template <class Insn>
auto TranslationCacheOf<Insn>::page(const CodeKey& key) const -> const Page* {
  const auto found = pages_.find(key);
  return found == pages_.end() ? nullptr : found->second.get();
}

template <class Insn>
auto TranslationCacheOf<Insn>::find(const CodeKey& key, u32 pc) const -> const Op* {
  const Page* from = page(key);
  return from ? from->find(pc) : nullptr;
}

// A page that a copy of the cache shares stays as it is for that copy.
template <class Insn>
auto TranslationCacheOf<Insn>::writable(const CodeKey& key) -> Page& {
  auto& slot = pages_[key];
  auto fresh = slot ? std::make_shared<Page>(*slot) : std::make_shared<Page>();
  fresh->stamp = ++stamp_;
  Page& out = *fresh;
  slot = std::move(fresh);
  return out;
}

template <class Insn>
void TranslationCacheOf<Insn>::install(const CodeKey& key, Unit unit) {
  Page& page = writable(key);
  used_ += static_cast<u32>(unit.ops.size());
  ++counts_.units;
  counts_.instructions += unit.ops.size();
  const u16 number = static_cast<u16>(page.units.size() + 1);
  u16 op = 0;
  unit.each([&](u32 pc, const Op&) { page.places[Page::place_of(pc)] = {number, op++}; });
  page.units.push_back(std::move(unit));
}

template <class Insn>
void TranslationCacheOf<Insn>::replace(const CodeKey& key, Unit unit) {
  Page& page = writable(key);
  page.units[page.places[Page::place_of(unit.start)].unit - 1] = std::move(unit);
  ++counts_.retranslated;
}

template <class Insn>
u32 TranslationCacheOf<Insn>::drop(Hpa frame) {
  u32 dropped = 0;
  auto each = pages_.lower_bound({frame, 0, false, false});
  while (each != pages_.end() && each->first.frame == frame) {
    for (const Unit& unit : each->second->units) used_ -= static_cast<u32>(unit.ops.size());
    dropped += static_cast<u32>(each->second->units.size());
    each = pages_.erase(each);
  }
  counts_.dropped += dropped;
  stamp_ += dropped != 0;
  return dropped;
}

template <class Insn>
void TranslationCacheOf<Insn>::flush() {
  pages_.clear();
  used_ = 0;
  ++stamp_;
  ++counts_.flushes;
}

// Z-ISA's.
using TcOp = TcOpOf<u32>;
using Unit = UnitOf<u32>;
using TcPage = TcPageOf<u32>;
using TranslationCache = TranslationCacheOf<u32>;
using Units = UnitsOf<u32>;

}  // namespace ringside::cpu
