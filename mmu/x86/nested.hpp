// Nested paging of x86: extended page tables (EPT; Intel SDM volume 3, section 29.3) and the walk in two dimensions.
// The guest's tables map linear to guest-physical addresses; the EPT, which the VMM fills, map guest-physical to
// host-physical ones. Every reference to a guest table needs an EPT walk of its own, and so does the address that the
// guest's walk ends with: with 2 guest levels and 4 of the EPT (2 + 1)(4 + 1) - 1 = 14 references (Bhargava and
// others 2008, section 2.1).
#pragma once

#include <array>
#include <optional>

#include "mmu/memory.hpp"
#include "mmu/nested.hpp"
#include "mmu/x86/paging.hpp"

namespace ringside::x86 {

/// Bits of an EPT entry (SDM volume 3, tables 29-1 to 29-7). The memory type of a leaf is ignored: there are no caches.
namespace ept {
inline constexpr u64 kR = 1, kW = 2, kX = 4, kAll = kR | kW | kX;
inline constexpr u64 kLarge = 1u << 7;  ///< maps 2 MiB in the last level but one
inline constexpr u64 kWriteBack = 6u << 3;
inline constexpr u64 kFrame = 0x000ffffffffff000;
inline constexpr u64 kLargeReserved = 0x1ff000;  ///< address bits that must be 0 in a 2 MiB leaf
inline constexpr unsigned kLevels = 4, kIndexBits = 9;

/// Where the entry for an address stands in a table of a level, 0 being the top.
constexpr Hpa entry_at(u64 table, u64 gpa, unsigned level) {
  const unsigned shift = kPageShift + ept::kIndexBits * (ept::kLevels - 1 - level);
  return {(table & ept::kFrame) + 8 * ((gpa >> shift) & 0x1ff)};
}

/// Writable but not readable, or executable alone, which a CPU may offer and this one does not (SDM volume 3,
/// section 29.3.3.1); and address bits in a large leaf that lie within its page.
constexpr bool misconfigured(u64 entry, unsigned level) {
  const bool large = entry & ept::kLarge;
  if (large && level < ept::kLevels - 2) return true;  // there are no pages of 1 GiB
  if (large && level == ept::kLevels - 2 && entry & ept::kLargeReserved) return true;
  return !(entry & ept::kR);
}
}  // namespace ept

/// The EPT pointer (SDM volume 3, table 25-9): memory type, length of the walk minus 1, address of the top table.
namespace eptp {
inline constexpr u64 kWriteBack = 6, kLength = (ept::kLevels - 1) << 3;
inline constexpr u64 kFrame = ept::kFrame;
constexpr u64 make(Hpa root) { return root.v | kLength | kWriteBack; }
/// Whether it is of a form that this CPU has.
constexpr bool valid(u64 value) {
  const bool type = (value & 7) == 0 || (value & 7) == kWriteBack;
  return type && (value & ~kFrame & ~u64{7}) == kLength;
}
}  // namespace eptp

/// Whether the second dimension is on, and its EPT pointer.
struct NestedPaging {
  bool on = false;
  u64 pointer = 0;
  bool operator==(const NestedPaging&) const = default;
};

/// Why the second dimension did not allow an access: an EPT violation or an EPT misconfiguration.
struct NestedMiss {
  u64 gpa = 0;
  Access access = Access::kLoad;  ///< what was to be done there; kStore also to set A or D in a guest table
  bool in_walk = false;           ///< a reference to a guest table, not the access itself
  bool misconfigured = false;     ///< an entry has bits that mean nothing together
  u64 rights = 0;                 ///< R, W and X of all levels that were read, combined
  bool operator==(const NestedMiss&) const = default;
};

/// A guest's tables as hardware with EPT reads them: by way of the EPT. Offers what x86::walk() asks for, and counts.
class NestedTables {
 public:
  /// `caches` may be null.
  NestedTables(mmu::Memory& memory, const NestedPaging& paging, mmu::WalkCaches* caches = nullptr)
      : memory_(memory), paging_(paging), caches_(caches) {}

  /// 0 (not present) once something is missing.
  u32 read_entry(u32 gpa);
  void write_entry(u32 gpa, u32 entry);

  /// Host-physical address of a guest-physical one, and the rights there in `rights`; nothing, and `miss`, where the
  /// EPT do not allow the access.
  std::optional<Hpa> translate(u64 gpa, Access access, bool in_walk);

  std::optional<NestedMiss> miss;
  unsigned references = 0;  ///< of both dimensions, without those that caches saved
  u64 rights = 0;

 private:
  struct Leaf {
    bool present = false, misconfigured = false;
    u64 rights = ept::kAll;
    Hpa hpa;
    unsigned references = 0;
    std::array<Hpa, ept::kLevels> steps{};
  };
  Leaf look(u64 gpa) const;
  void count(const Leaf& found, u64 gpa, bool in_walk);

  mmu::Memory& memory_;
  const NestedPaging& paging_;
  mmu::WalkCaches* caches_;};

/// What a two-dimensional walk finds.
struct NestedWalk {
  Walk guest;                      ///< the first dimension
  std::optional<NestedMiss> miss;  ///< set where the second dimension lacks something
  u32 flags = 0;                   ///< of the guest's leaf, without rights that the EPT lack
  u64 frame = 0;                   ///< host frame
};

/// Walks both dimensions for an access; with the guest's paging off the second alone.
NestedWalk nested_walk(NestedTables& tables, const PagingContext& context, u32 linear, Access access);

/// A VMM's EPT of one guest, in a pool of frames of its own. A copyable value: the tables themselves are in memory.
class EptMap {
 public:
  EptMap() = default;
  /// The pool begins at `first` and has `frames` pages, of which it takes what it needs.
  EptMap(Hpa first, u64 frames) : first_(first), frames_(frames) {}

  /// Begins with an empty top table; false when the pool has no room for it.
  bool clear(mmu::Memory& memory);
  /// Maps a page of 4 KiB; false when the pool is used up.
  bool map(mmu::Memory& memory, Gpa gpa, Hpa hpa, u64 rights);
  u64 pointer() const { return eptp::make(first_); }
  u64 frames_used() const { return used_; }

 private:
  std::optional<Hpa> new_table(mmu::Memory& memory);

  Hpa first_{};
  u64 frames_ = 0, used_ = 0;
};

}  // namespace ringside::x86
