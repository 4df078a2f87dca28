// The memory management unit of one simulated x86 CPU: TLB, page walker, and what they cost.
#pragma once

#include "cost/ledger.hpp"
#include "mmu/audit.hpp"
#include "mmu/memory.hpp"
#include "mmu/tlb.hpp"
#include "mmu/x86/nested.hpp"

namespace ringside::x86 {

/// What the flags of a cached leaf mean here (mmu/tlb.hpp). A change of CR0.WP drops all entries, since what
/// supervisor may write stands in them.
struct TlbRights {
  static bool usable(u32 flags, bool supervisor, Access access) {
    if (access == Access::kStore && !(flags & pte::kD)) return false;
    return allowed(flags, supervisor, access);
  }
  static bool global(u32 flags) { return flags & pte::kG; }
};

/// Where an access leads, or the error code of its page fault.
struct Translation {
  bool fault = false;
  u32 code = 0;
  Hpa hpa;
  bool nested = false;  ///< it is a fault of the second dimension: Mmu::last_miss
};

class Mmu {
 public:
  Mmu(mmu::Memory& memory, cost::Ledger& ledger) : memory_(memory), ledger_(ledger) {}

  /// Translates an access, filling the TLB on a miss (each reference of the walk is charged to the page-walk
  /// account) and setting A and D. An access that a cached entry forbids walks anew, as real CPUs may (SDM
  /// volume 3, section 4.10.2.3), so that error codes are those of the tables in memory.
  Translation translate(const PagingContext& context, u32 linear, Access access) {
    const mmu::TlbEntry* entry = cached(context, linear, access);
    if (!entry) return looks_up(context.paging) ? miss(context, linear, access) : untranslated(linear);
    if (looks_up(context.paging)) ++tlb.counts.hits;
    return {false, 0, Hpa{entry->frame << kPageShift} + Gva{linear}.offset()};
  }

  /// The TLB's entry by which the access would be translated, null for a miss. Counts nothing.
  const mmu::TlbEntry* cached(const PagingContext& context, u32 linear, Access access) const {
    const mmu::TlbEntry* entry = tlb.find({linear});
    return entry && TlbRights::usable(entry->flags, !context.user, access) ? entry : nullptr;
  }

  /// Whether translations are looked up at all.
  bool looks_up(bool paging) const { return paging || nested.on; }

  mmu::Memory& memory() { return memory_; }
  const mmu::Memory& memory() const { return memory_; }

  /// Whether address line 20 is let through; without it megabytes with an odd number are seen as the one below.
  void set_a20(bool on) {
    address_mask_ = on ? ~u32{0} : ~(u32{1} << 20);
    tlb.drop_all_vms();
  }
  bool a20() const { return address_mask_ == ~u32{0}; }

  mmu::TlbOf<TlbRights> tlb;
  mmu::WalkCaches caches;
  NestedPaging nested;   ///< the second dimension, in non-root mode
  NestedMiss last_miss;  ///< of the latest fault there

 private:
  Translation missed(const PagingContext& context, u32 linear, Access access);
  Translation nested_miss(const PagingContext& context, u32 linear, Access access);
  Translation miss(const PagingContext& context, u32 linear, Access access);
  Translation untranslated(u32 linear);
  Translation filled(u32 linear, u32 flags, u32 frame);

  mmu::Memory& memory_;
  cost::Ledger& ledger_;
  u32 address_mask_ = ~u32{0};
};

}  // namespace ringside::x86
