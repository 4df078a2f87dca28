// Shadow page tables: tables in simulated host memory that a VMM fills and the hardware walks; nested tables
// are made here too. This is the mechanism only (frames, roots, entries); what to map and when is policy (vmm/shadow_pager.hpp).
#pragma once

#include <vector>

#include "mmu/memory.hpp"
#include "mmu/paging.hpp"

namespace ringside::mmu {

/// What a shadow entry lets the guest do.
struct Rights {
  bool read = false, write = false, execute = false;
  bool user = true;  ///< a U page: all are, where the guest runs de-privileged
  bool operator==(const Rights&) const = default;
};

/// What a shadow entry looks like to Z-ISA's hardware. Another ISA brings a struct of the same shape (mmu/x86/shadow.hpp).
struct ZisaEntries {
  static const Shape& shape(unsigned levels) { return kShapes[levels]; }
  static bool present(u32 entry) { return entry & pte::kV; }
  static u64 frame(u32 entry) { return pte::frame(entry); }
  static u32 flags(u32 entry) { return entry & pte::kFlags; }
  static u32 table(u64 frame) { return pte::make(frame, pte::kV); }
  static u32 leaf(u64 frame, Rights rights);
  static constexpr u32 kWrite = pte::kW;
  /// What the hardware finds a root by.
  static u32 root(u64 frame, unsigned levels) { return ptbr::make(frame, levels); }
};

/// Roots and tables in a pool of host frames. A copyable value; the entries themselves lie in memory.
template <class Entries>
class ShadowTablesOf {
 public:
  /// Tables are made in `count` frames from host frame `first` on.
  ShadowTablesOf(u64 first, u64 count) : first_(first), count_(count) {}

  /// A new empty root with 1 to 5 levels; nothing when the pool is used up.
  std::optional<u32> add_root(Memory& memory, unsigned levels);

  /// Maps the page of gva to a host frame; makes intermediate tables. False when the pool is used up.
  bool map(Memory& memory, u32 root, Gva gva, u64 host_frame, Rights rights);

  /// Takes the entry out, or takes its right to write away; true if there was something to take.
  bool unmap(Memory& memory, u32 root, Gva gva);
  bool protect(Memory& memory, u32 root, Gva gva);

  /// Forgets all roots and tables.
  void drop_all() {
    roots_.clear();
    used_ = 0;
  }

  /// The PTBR, on x86 CR3, that makes the hardware walk this root.
  u32 ptbr(u32 root) const { return Entries::root(roots_[root].frame, roots_[root].levels); }
  std::size_t roots() const { return roots_.size(); }
  u64 frames_used() const { return used_; }

 private:
  struct Root {
    u64 frame;
    unsigned levels;
  };
  std::optional<u64> new_table(Memory& memory, u64 bytes);
  std::optional<Hpa> find_leaf(const Memory& memory, u32 root, Gva gva) const;

  u64 first_, count_, used_ = 0;
  std::vector<Root> roots_;
};

using ShadowTables = ShadowTablesOf<ZisaEntries>;
extern template class ShadowTablesOf<ZisaEntries>;

}  // namespace ringside::mmu
