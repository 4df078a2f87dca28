#include "mmu/x86/mmu.hpp"

namespace ringside::x86 {

namespace {

// Tables in host-physical memory, as the hardware walker sees them. Where no RAM is, the bus reads
// as ones and forgets what is written.
class HostTables {
 public:
  HostTables(mmu::Memory& memory, u32 address_mask) : memory_(memory), mask_(address_mask) {}

  u32 read_entry(u32 address) const {
    const Hpa at{address & mask_};
    if (!memory_.contains(at, 4)) return ~u32{0};
    report(at, Access::kLoad);
    return memory_.read<u32>(at);
  }
  void write_entry(u32 address, u32 entry) const {
    const Hpa at{address & mask_};
    if (!memory_.contains(at, 4)) return;
    report(at, Access::kStore);
    memory_.write(at, entry);
  }

 private:
  void report(Hpa at, Access access) const {
    if (mmu::Audit* audit = memory_.audit()) audit->accessed(mmu::Agent::kWalk, at, 4, access);
  }

  mmu::Memory& memory_;
  u32 mask_;
};

}  // namespace

// A page fault drops what the TLB held of the page (SDM volume 3, section 4.10.4.1).
Translation Mmu::miss(const PagingContext& context, u32 linear, Access access) {
  ++tlb.counts.misses;
  const Translation found = nested.on ? nested_miss(context, linear, access) : missed(context, linear, access);
  if (found.fault) tlb.drop({linear});
  return found;
}

Translation Mmu::missed(const PagingContext& context, u32 linear, Access access) {
  HostTables tables(memory_, address_mask_);
  const Walk found = walk(tables, context, linear, access);
  ledger_.charge(cost::Account::kPageWalk, cost::Param::kWalkReference, found.references);
  if (found.fault) return {true, found.code, {}};
  return filled(linear, found.flags, found.frame);
}

// Entries combine both dimensions: linear to host frame, with the rights that both allow.
Translation Mmu::nested_miss(const PagingContext& context, u32 linear, Access access) {
  NestedTables tables(memory_, nested, &caches);
  const NestedWalk found = nested_walk(tables, context, linear, access);
  ledger_.charge(cost::Account::kPageWalk, cost::Param::kWalkReference, tables.references);
  if (found.miss) return last_miss = *found.miss, Translation{true, 0, {}, true};
  if (found.guest.fault) return {true, found.guest.code, {}};
  tlb.insert({linear}, found.flags, found.frame, memory_);
  return {false, 0, Hpa{found.frame << kPageShift} + Gva{linear}.offset()};
}

// With paging off the table serves the fast engine alone: entries map each page to itself and count
// for nothing. A change of CR0.PG drops them.
Translation Mmu::untranslated(u32 linear) {
  return filled(linear, pte::kP | pte::kRw | pte::kUs | pte::kA | pte::kD, Gva{linear}.page());
}

Translation Mmu::filled(u32 linear, u32 flags, u32 frame) {
  const Hpa base{(frame << kPageShift) & address_mask_};
  tlb.insert({linear}, flags, base.page(), memory_);
  return {false, 0, base + Gva{linear}.offset()};
}

}  // namespace ringside::x86
