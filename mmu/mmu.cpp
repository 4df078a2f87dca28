#include "mmu/mmu.hpp"

namespace ringside::mmu {

Translation Mmu::miss(const Context& context, Gva gva, Access access) {
  ++tlb.counts.misses;
  HostTables tables(memory_);
  const Walk found = walk(tables, context.ptbr, gva, context.supervisor, access);
  ledger_.charge(cost::Account::kPageWalk, cost::Param::kWalkReference, found.references);
  if (found.fault != Fault::kNone) return {found.fault, {}};
  tlb.insert(gva, found.flags, found.frame, memory_);
  return {Fault::kNone, Hpa{found.frame << kPageShift} + gva.offset()};
}

// With paging off the table serves the fast engine alone: entries map each page to itself, for both
// modes, and count for nothing. A change of PG drops them.
Translation Mmu::untranslated(Gva gva) {
  using namespace pte;
  tlb.insert(gva, kV | kR | kW | kX | kU | kA | kD, gva.page(), memory_);
  return {Fault::kNone, {gva.v}};
}

// Entries combine both dimensions: guest-virtual to host frame, with the rights that both allow.
Translation Mmu::nested_miss(const Context& context, Gva gva, Access access) {
  ++tlb.counts.misses;
  NestedTables tables(memory_, nested, &caches);
  const NestedWalk found =
      nested_walk(tables, context.ptbr, context.paging, context.supervisor, gva, access);
  charge_walk(tables);
  if (found.miss) return last_miss = *found.miss, Translation{Fault::kNested, {}};
  if (found.guest.fault != Fault::kNone) return {found.guest.fault, {}};
  tlb.insert(gva, found.flags, found.frame, memory_);
  return {Fault::kNone, Hpa{found.frame << kPageShift} + gva.offset()};
}

void Mmu::charge_walk(const NestedTables& tables) {
  ledger_.charge(cost::Account::kPageWalk, cost::Param::kWalkReference, tables.references);
}

std::optional<NestedMiss> Mmu::nested_miss_for_probe(const Context& context, Gva gva) {
  if (!context.paging) return std::nullopt;
  NestedTables tables(memory_, nested);
  const Walk found =
      walk(tables, context.ptbr, gva, context.supervisor, Access::kLoad, Purpose::kLook);
  (void)found;
  if (tables.miss) charge_walk(tables);
  return tables.miss;
}

u32 Mmu::probe(const Context& context, Gva gva) {
  if (!context.paging) return 7;
  if (nested.on) {
    NestedTables tables(memory_, nested, &caches);
    const Walk found =
        walk(tables, context.ptbr, gva, context.supervisor, Access::kLoad, Purpose::kLook);
    charge_walk(tables);
    return found.fault == Fault::kNone ? rights(found.flags, context.supervisor) : 0;
  }
  HostTables tables(memory_);
  const Walk found =
      walk(tables, context.ptbr, gva, context.supervisor, Access::kLoad, Purpose::kLook);
  ledger_.charge(cost::Account::kPageWalk, cost::Param::kWalkReference, found.references);
  return found.fault == Fault::kNone ? rights(found.flags, context.supervisor) : 0;
}

}  // namespace ringside::mmu
