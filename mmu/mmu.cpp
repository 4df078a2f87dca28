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

u32 Mmu::probe(const Context& context, Gva gva) {
  if (!context.paging) return 7;
  HostTables tables(memory_);
  const Walk found =
      walk(tables, context.ptbr, gva, context.supervisor, Access::kLoad, Purpose::kLook);
  ledger_.charge(cost::Account::kPageWalk, cost::Param::kWalkReference, found.references);
  return found.fault == Fault::kNone ? rights(found.flags, context.supervisor) : 0;
}

}  // namespace ringside::mmu
