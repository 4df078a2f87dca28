// Shadow page tables of an x86 guest (mmu/shadow.hpp): 4 KiB pages alone, whatever size the guest's
// have.
#pragma once

#include "mmu/shadow.hpp"
#include "mmu/x86/paging.hpp"

namespace ringside::x86 {

struct ShadowEntries {
  static const mmu::Shape& shape(unsigned) {
    static constexpr mmu::Shape kShape{2, {10, 10}};
    return kShape;
  }
  static bool present(u32 entry) { return entry & pte::kP; }
  static u64 frame(u32 entry) { return entry >> kPageShift; }
  static u32 flags(u32 entry) { return entry & pte::kFlags; }
  /// The leaves alone say what is allowed.
  static u32 table(u64 frame) { return make(frame, pte::kP | pte::kRw | pte::kUs | pte::kA); }
  /// A and D are set beforehand: the guest's own bits are kept in the guest's tables. What may be
  /// read may be executed.
  static u32 leaf(u64 frame, mmu::Rights rights) {
    return make(frame, pte::kP | pte::kA | pte::kD | (rights.write ? pte::kRw : 0) |
                           (rights.user ? pte::kUs : 0));
  }
  static constexpr u32 kWrite = pte::kRw;
  /// CR3.
  static u32 root(u64 frame, unsigned) { return make(frame, 0); }

 private:
  static u32 make(u64 frame, u32 flags) { return static_cast<u32>(frame << kPageShift) | flags; }
};

using ShadowTables = mmu::ShadowTablesOf<ShadowEntries>;

}  // namespace ringside::x86

extern template class ringside::mmu::ShadowTablesOf<ringside::x86::ShadowEntries>;
