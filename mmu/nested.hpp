// Nested paging: two-dimensional walks. The guest's tables map guest-virtual to guest-physical addresses; the
// nested tables, which the VMM fills, map guest-physical to host-physical ones. Every reference to a guest
// table needs a nested walk of its own, and so does the address that the guest's walk ends with: with n
// guest levels and m nested ones (n + 1)(m + 1) - 1 references (Bhargava and others 2008, section 2.1).
#pragma once

#include <algorithm>
#include <vector>

#include "mmu/memory.hpp"
#include "mmu/paging.hpp"

namespace ringside::mmu {

/// Whether the second dimension is on, and its root in the format of a PTBR.
struct NestedPaging {
  bool on = false;
  u32 ptbr = 0;
  bool operator==(const NestedPaging&) const = default;
};

/// Where a nested fault came: at a reference to a guest table, or at the access itself.
struct NestedMiss {
  static constexpr u8 kAccessItself = 0xff;
  u64 gpa = 0;
  Access access = Access::kLoad;  ///< what was to be done there; kStore also to set A or D in a table
  u8 reference = kAccessItself;   ///< which entry of the guest's walk, root first
  bool operator==(const NestedMiss&) const = default;
};

/// A small fully associative cache of numbers with FIFO replacement: a hit leaves no trace in it.
class FifoCache {
 public:
  explicit FifoCache(u32 capacity = 0) : capacity_(capacity) {}
  /// Whether the number is held; if not, it is from now on.
  bool hit(u64 number) {
    if (capacity_ == 0) return false;
    if (std::find(held_.begin(), held_.end(), number) != held_.end()) return true;
    if (held_.size() < capacity_) held_.push_back(number);
    else held_[next_] = number, next_ = (next_ + 1) % capacity_;
    return false;
  }
  void clear() { held_.clear(), next_ = 0; }

 private:
  u32 capacity_, next_ = 0;
  std::vector<u64> held_;
};

/// Caches beside the TLB that save references of walks (Bhargava and others 2008, sections 3 and 4). They hold
/// which entries they know, not their contents: they are coherent with memory, and change what a walk
/// costs but never what it finds.
struct WalkCaches {
  FifoCache entries;  ///< page-walk cache: host-physical addresses of entries above the leaves
  FifoCache frames;   ///< nested TLB: guest-physical pages of guest tables
  u64 entry_hits = 0, frame_hits = 0;
  void clear() { entries.clear(), frames.clear(); }
};

/// One reference of a two-dimensional walk, for those who look.
struct NestedStep {
  bool nested = false;  ///< of the second dimension
  u8 level = 0;
  u64 address = 0;      ///< of the entry: host-physical, and guest-physical in the first dimension
  u32 entry = 0;
};

/// Tables of a guest as hardware with nested paging reads them: by way of the nested tables. Offers what
/// mmu::walk() asks for, and counts.
class NestedTables {
 public:
  /// `caches` and `trail` may be null.
  NestedTables(Memory& memory, const NestedPaging& paging, WalkCaches* caches = nullptr,
               std::vector<NestedStep>* trail = nullptr)
      : memory_(memory), paging_(paging), caches_(caches), trail_(trail) {}

  std::optional<u32> read_entry(u64 gpa);
  void write_entry(u64 gpa, u32 entry);

  /// Host-physical address of a guest-physical one, and the nested leaf's rights in `flags`; nothing, and
  /// `miss`, where the nested tables do not allow the access.
  std::optional<Hpa> translate(u64 gpa, Access access, u8 reference);

  std::optional<NestedMiss> miss;
  unsigned references = 0;  ///< of both dimensions, without those that caches saved
  unsigned saved = 0;       ///< look-ups that hit in a cache
  u32 flags = 0;

 private:
  void count(Hpa entry_address, u32 entry);

  Memory& memory_;
  const NestedPaging& paging_;
  WalkCaches* caches_;
  std::vector<NestedStep>* trail_;
  Hpa host_{};       ///< of the guest entry that was read last
  u32 host_flags_ = 0;
  u8 level_ = 0;     ///< of the guest entry to read next
};

/// What a two-dimensional walk finds.
struct NestedWalk {
  Walk guest;                      ///< the first dimension
  std::optional<NestedMiss> miss;  ///< set where the second dimension lacks something
  u32 flags = 0;                   ///< of the guest's leaf, without rights that the nested leaf lacks
  u64 frame = 0;                   ///< host frame
  bool ok() const { return guest.fault == Fault::kNone && !miss; }
};

/// Walks both dimensions for an access; with the guest's paging off the second alone.
NestedWalk nested_walk(NestedTables& tables, u32 guest_ptbr, bool guest_paging, bool supervisor,
                       Gva gva, Access access, Purpose purpose = Purpose::kAccess);

}  // namespace ringside::mmu
