#include "mmu/x86/ept_look.hpp"

namespace ringside::x86 {

EptLook look_ept(const mmu::Memory& memory, u64 pointer, u64 gpa) {
  EptLook out;
  out.rights = ept::kAll;
  u64 table = pointer;
  for (unsigned level = 0; level < ept::kLevels; ++level) {
    const Hpa at = ept::entry_at(table, gpa, level);
    if (!memory.contains(at, 8)) return out;
    const u64 entry = memory.read<u64>(at);
    out.steps.push_back({level, at, entry});
    out.rights &= entry;
    if (!(entry & ept::kAll) || ept::misconfigured(entry, level)) return out;
    const bool large = level == ept::kLevels - 2 && entry & ept::kLarge;
    const u64 within = large ? kPageMask | ept::kLargeReserved : kPageMask;
    if (large || level + 1 == ept::kLevels) out.hpa = Hpa{(entry & ept::kFrame & ~within) | (gpa & within)};
    if (large) break;
    table = entry;
  }
  return out;
}

}  // namespace ringside::x86
