// The page walk once more, written straight down from section 5 of docs/zisa.md.
#pragma once

#include <vector>

#include "mmu/mmu.hpp"

namespace ringside::test {

struct ReferenceWalk {
  enum class Result { kMapped, kPageFault, kAccessFault } result = Result::kPageFault;
  u64 address = 0;  ///< physical, where mapped
  unsigned references = 0;
  u64 leaf_at = 0;     ///< address of the leaf, where there is one
  u32 leaf_after = 0;  ///< as the access leaves it
};

inline ReferenceWalk reference_walk(const mmu::Memory& memory, u32 ptbr, u32 gva, bool supervisor,
                                    Access access) {
  static const std::vector<std::vector<int>> index_bits = {
      {10, 10}, {20}, {10, 10}, {7, 7, 6}, {5, 5, 5, 5}, {4, 4, 4, 4, 4}};
  const auto& bits_of_level = index_bits[ptbr >> 29];
  const int last = static_cast<int>(bits_of_level.size()) - 1;
  ReferenceWalk out;
  u64 table = u64{ptbr & 0x3fffff} * 4096;
  u32 rest = gva;  // what is not used up yet, at the top
  int used = 0;
  for (int level = 0; level <= last; ++level) {
    const int width = bits_of_level[static_cast<std::size_t>(level)];
    const u64 index = rest >> (32 - width);
    rest <<= width;
    used += width;
    const u64 size = 4ull << width;
    if (size > 4096) table -= table % size;
    const u64 at = table + index * 4;
    if (!memory.contains({at}, 4)) return out.result = ReferenceWalk::Result::kAccessFault, out;
    const u32 entry = memory.read<u32>({at});
    ++out.references;
    const bool v = entry & 1, r = entry & 2, w = entry & 4, x = entry & 8, u = entry & 16;
    if (!v || (w && !r)) return out;
    if (!r && !x) {
      table = u64{entry >> 10} * 4096;
      continue;
    }
    const u64 page_bytes = 1ull << (32 - used);
    const u64 base = u64{entry >> 10} * 4096;
    if (level != last && (last != 1 || base % page_bytes != 0)) return out;
    if (!supervisor && !u) return out;
    if (access == Access::kLoad && !r) return out;
    if (access == Access::kStore && !w) return out;
    if (access == Access::kFetch && (!x || (supervisor && u))) return out;
    out.result = ReferenceWalk::Result::kMapped;
    out.address = base + gva % page_bytes;
    out.leaf_at = at;
    out.leaf_after = entry | 64 | (access == Access::kStore ? 128 : 0);
    return out;
  }
  return out;  // a pointer where a leaf must be
}

}  // namespace ringside::test
