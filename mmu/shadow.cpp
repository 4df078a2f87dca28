#include "mmu/shadow.hpp"

#include <algorithm>
#include <cstring>

#include "mmu/audit.hpp"

namespace ringside::mmu {

namespace {

// A and D are set beforehand: the guest's own bits are kept in the guest's tables.
u32 leaf_flags(Rights rights) {
  u32 flags = pte::kV | pte::kA | pte::kD;
  if (rights.user) flags |= pte::kU;
  if (rights.read) flags |= pte::kR;
  if (rights.write) flags |= pte::kW;
  if (rights.execute) flags |= pte::kX;
  return flags;
}

}  // namespace

// A table lies in frames of its own, aligned to its size.
std::optional<u64> ShadowTables::new_table(Memory& memory, u64 bytes) {
  const u64 frames = std::max<u64>(1, bytes >> kPageShift);
  const u64 frame = (first_ + used_ + frames - 1) / frames * frames;
  if (frame + frames > first_ + count_) return std::nullopt;
  used_ = frame + frames - first_;
  for (u64 each = frame; each < frame + frames; ++each)
    std::memset(memory.writable({each << kPageShift}, kPageSize), 0, kPageSize);
  return frame;
}

std::optional<u32> ShadowTables::add_root(Memory& memory, unsigned levels) {
  const auto frame = new_table(memory, kShapes[levels].table_bytes(0));
  if (!frame) return std::nullopt;
  roots_.push_back({*frame, levels});
  return static_cast<u32>(roots_.size() - 1);
}

bool ShadowTables::map(Memory& memory, u32 root, Gva gva, u64 host_frame, Rights rights) {
  const Shape& shape = kShapes[roots_[root].levels];
  u64 table = roots_[root].frame;
  for (unsigned level = 0; level + 1 < shape.levels; ++level) {
    const Hpa entry{(table << kPageShift) + 4 * u64{shape.index(gva.v, level)}};
    if (!(memory.read<u32>(entry) & pte::kV)) {
      const auto below = new_table(memory, shape.table_bytes(level + 1));
      if (!below) return false;
      memory.write(entry, pte::make(*below, pte::kV));
    }
    table = pte::frame(memory.read<u32>(entry));
  }
  const u32 index = shape.index(gva.v, shape.levels - 1);
  if (Audit* audit = memory.audit()) audit->mapped(host_frame, leaf_flags(rights));
  memory.write(Hpa{(table << kPageShift) + 4 * u64{index}},
               pte::make(host_frame, leaf_flags(rights)));
  return true;
}

std::optional<Hpa> ShadowTables::find_leaf(const Memory& memory, u32 root, Gva gva) const {
  const Shape& shape = kShapes[roots_[root].levels];
  u64 table = roots_[root].frame;
  for (unsigned level = 0;; ++level) {
    const Hpa at{(table << kPageShift) + 4 * u64{shape.index(gva.v, level)}};
    const u32 entry = memory.read<u32>(at);
    if (!(entry & pte::kV)) return std::nullopt;
    if (level + 1 == shape.levels) return at;
    table = pte::frame(entry);
  }
}

bool ShadowTables::unmap(Memory& memory, u32 root, Gva gva) {
  const auto leaf = find_leaf(memory, root, gva);
  if (leaf) memory.write(*leaf, u32{0});
  return leaf.has_value();
}

bool ShadowTables::protect(Memory& memory, u32 root, Gva gva) {
  const auto leaf = find_leaf(memory, root, gva);
  if (!leaf) return false;
  const u32 entry = memory.read<u32>(*leaf);
  memory.write(*leaf, entry & ~pte::kW);
  return entry & pte::kW;
}

}  // namespace ringside::mmu
