// The code of ShadowTablesOf (mmu/shadow.hpp), for those who instantiate it.
#pragma once

#include <algorithm>
#include <cstring>

#include "mmu/audit.hpp"
#include "mmu/shadow.hpp"

namespace ringside::mmu {

/// Whether an entry has room for the number of a host frame: what it would cut off leads to a frame of somebody else's.
template <class Entries>
bool holds(u64 frame) {
  return Entries::frame(Entries::leaf(frame, {})) == frame;
}

// A table lies in frames of its own, aligned to its size.
template <class Entries>
std::optional<u64> ShadowTablesOf<Entries>::new_table(Memory& memory, u64 bytes) {
  const u64 frames = std::max<u64>(1, bytes >> kPageShift);
  const u64 frame = (first_ + used_ + frames - 1) / frames * frames;
  if (frame + frames > first_ + count_ || !holds<Entries>(frame)) return std::nullopt;
  used_ = frame + frames - first_;
  for (u64 each = frame; each < frame + frames; ++each)
    std::memset(memory.writable({each << kPageShift}, kPageSize), 0, kPageSize);
  return frame;
}

template <class Entries>
std::optional<u32> ShadowTablesOf<Entries>::add_root(Memory& memory, unsigned levels) {
  const auto frame = new_table(memory, Entries::shape(levels).table_bytes(0));
  if (!frame) return std::nullopt;
  roots_.push_back({*frame, levels});
  return static_cast<u32>(roots_.size() - 1);
}

template <class Entries>
bool ShadowTablesOf<Entries>::map(Memory& memory, u32 root, Gva gva, u64 host_frame, Rights rights) {
  if (!holds<Entries>(host_frame)) return false;
  const Shape& shape = Entries::shape(roots_[root].levels);
  u64 table = roots_[root].frame;
  for (unsigned level = 0; level + 1 < shape.levels; ++level) {
    const Hpa entry{(table << kPageShift) + 4 * u64{shape.index(gva.v, level)}};
    if (!Entries::present(memory.read<u32>(entry))) {
      const auto below = new_table(memory, shape.table_bytes(level + 1));
      if (!below) return false;
      memory.write(entry, Entries::table(*below));
    }
    table = Entries::frame(memory.read<u32>(entry));
  }
  const u32 index = shape.index(gva.v, shape.levels - 1);
  const u32 leaf = Entries::leaf(host_frame, rights);
  if (Audit* audit = memory.audit()) audit->mapped(host_frame, Entries::flags(leaf));
  memory.write(Hpa{(table << kPageShift) + 4 * u64{index}}, leaf);
  return true;
}

template <class Entries>
std::optional<Hpa> ShadowTablesOf<Entries>::find_leaf(const Memory& memory, u32 root, Gva gva) const {
  const Shape& shape = Entries::shape(roots_[root].levels);
  u64 table = roots_[root].frame;
  for (unsigned level = 0;; ++level) {
    const Hpa at{(table << kPageShift) + 4 * u64{shape.index(gva.v, level)}};
    const u32 entry = memory.read<u32>(at);
    if (!Entries::present(entry)) return std::nullopt;
    if (level + 1 == shape.levels) return at;
    table = Entries::frame(entry);
  }
}

template <class Entries>
bool ShadowTablesOf<Entries>::unmap(Memory& memory, u32 root, Gva gva) {
  const auto leaf = find_leaf(memory, root, gva);
  if (leaf) memory.write(*leaf, u32{0});
  return leaf.has_value();
}

template <class Entries>
bool ShadowTablesOf<Entries>::protect(Memory& memory, u32 root, Gva gva) {
  const auto leaf = find_leaf(memory, root, gva);
  if (!leaf) return false;
  const u32 entry = memory.read<u32>(*leaf);
  memory.write(*leaf, entry & ~Entries::kWrite);
  return entry & Entries::kWrite;
}

}  // namespace ringside::mmu
