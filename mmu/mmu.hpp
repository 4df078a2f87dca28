// The memory management unit of one simulated CPU: TLB, page walker, and what they cost.
#pragma once

#include "cost/ledger.hpp"
#include "mmu/audit.hpp"
#include "mmu/memory.hpp"
#include "mmu/nested.hpp"
#include "mmu/paging.hpp"
#include "mmu/tlb.hpp"

namespace ringside::mmu {

/// The state of the CPU that translation depends on.
struct Context {
  u32 ptbr = 0;
  bool paging = false;
  bool supervisor = true;
};

struct Translation {
  Fault fault = Fault::kNone;
  Hpa hpa;
};

/// Tables in host-physical memory, as the hardware walker sees them.
class HostTables {
 public:
  explicit HostTables(Memory& memory) : memory_(memory) {}
  std::optional<u32> read_entry(u64 address) const {
    if (!memory_.contains({address}, 4)) return std::nullopt;
    if (Audit* audit = memory_.audit()) audit->accessed(Agent::kWalk, {address}, 4, Access::kLoad);
    return memory_.read<u32>({address});
  }
  void write_entry(u64 address, u32 entry) { memory_.write<u32>({address}, entry); }

 private:
  Memory& memory_;
};

class Mmu {
 public:
  Mmu(Memory& memory, cost::Ledger& ledger) : memory_(memory), ledger_(ledger) {}

  /// Translates an access, filling the TLB on a miss (each reference of the walk is charged to the
  /// page-walk account) and setting A and D.
  Translation translate(const Context& context, Gva gva, Access access) {
    if (const TlbEntry* entry = cached(context, gva, access)) {
      if (looks_up(context.paging)) ++tlb.counts.hits;
      return {Fault::kNone, Hpa{entry->frame << kPageShift} + gva.offset()};
    }
    if (nested.on) return nested_miss(context, gva, access);
    return context.paging ? miss(context, gva, access) : untranslated(gva);
  }

  /// The TLB's entry by which the access would be translated, null for a miss. Counts nothing.
  const TlbEntry* cached(const Context& context, Gva gva, Access access) const {
    const TlbEntry* entry = tlb.find(gva);
    return entry && usable(*entry, context, access) ? entry : nullptr;
  }

  /// Whether look-ups in the TLB count: they do while something is translated.
  bool looks_up(bool paging) const { return paging || nested.on; }

  /// What the mode may do at gva, without touching TLB or tables: bit 0 read, 1 write, 2 execute. With nested
  /// paging, nested_miss_for_probe() must have found nothing.
  u32 probe(const Context& context, Gva gva);
  /// What the second dimension lacks for a PROBE of gva; charges the walk only if there is something.
  std::optional<NestedMiss> nested_miss_for_probe(const Context& context, Gva gva);

  Memory& memory() { return memory_; }

  Tlb tlb;

  /// The second dimension, off unless a CPU in non-root mode turns it on.
  NestedPaging nested;
  NestedMiss last_miss;  ///< of the latest Fault::kNested
  WalkCaches caches;

 private:
  static bool usable(const TlbEntry& entry, const Context& context, Access access) {
    if (context.paging) return ZisaRights::usable(entry.flags, context.supervisor, access);
    if (access == Access::kStore && !(entry.flags & pte::kD)) return false;
    const u32 right = access == Access::kFetch  ? pte::kX
                      : access == Access::kLoad ? pte::kR
                                                : pte::kW;
    return entry.flags & right;  // all rights, but with nested paging what that gives
  }
  Translation miss(const Context& context, Gva gva, Access access);
  Translation untranslated(Gva gva);
  Translation nested_miss(const Context& context, Gva gva, Access access);
  void charge_walk(const NestedTables& tables);

  Memory& memory_;
  cost::Ledger& ledger_;
};

}  // namespace ringside::mmu
