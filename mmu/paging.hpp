// Z-ISA's page tables (docs/zisa.md, section 5): entries, shapes and the walk. The walk is generic
// in where tables lie: the hardware reads host-physical memory, the VMM guest-physical.
#pragma once

#include <array>
#include <optional>

#include "base/bits.hpp"
#include "base/types.hpp"

namespace ringside::mmu {

/// Bits of a page-table entry (as in RISC-V's Sv32).
namespace pte {
inline constexpr u32 kV = 1, kR = 2, kW = 4, kX = 8, kU = 16, kG = 32, kA = 64, kD = 128;
inline constexpr u32 kFlags = 0xff;
inline constexpr unsigned kFrameShift = 10;
constexpr u64 frame(u32 entry) { return entry >> kFrameShift; }
constexpr bool leaf(u32 entry) { return entry & (kR | kX); }
constexpr u32 make(u64 frame, u32 flags) { return static_cast<u32>(frame << kFrameShift) | flags; }
}  // namespace pte

/// PTBR: page number of the root table and number of levels.
namespace ptbr {
inline constexpr u32 kFrame = 0x3fffff;
inline constexpr u32 kAll = 0xe0000000 | kFrame;
constexpr unsigned levels(u32 value) { return value >> 29 == 0 ? 2 : value >> 29; }
constexpr bool valid(u32 value) { return value >> 29 < 6; }
constexpr u32 make(u64 frame, unsigned levels) { return static_cast<u32>(frame) | levels << 29; }
}  // namespace ptbr

/// How an address is cut into indices; `bits[level]`, root first.
struct Shape {
  unsigned levels;
  std::array<u8, 5> bits;
  /// Position of the lowest bit of a level's index.
  constexpr unsigned shift(unsigned level) const {
    unsigned position = 32;
    for (unsigned l = 0; l <= level; ++l) position -= bits[l];
    return position;
  }
  constexpr u32 index(u32 gva, unsigned level) const {
    return (gva >> shift(level)) & ((1u << bits[level]) - 1);
  }
  /// Bytes of a table of that level.
  constexpr u64 table_bytes(unsigned level) const { return u64{4} << bits[level]; }
  constexpr u64 table_base(u64 frame, unsigned level) const {
    return (frame << kPageShift) & ~(table_bytes(level) - 1);
  }
};

inline constexpr std::array<Shape, 6> kShapes = {{
    {2, {10, 10}}, {1, {20}}, {2, {10, 10}}, {3, {7, 7, 6}}, {4, {5, 5, 5, 5}}, {5, {4, 4, 4, 4, 4}},
}};

/// The shape that a PTBR asks for; the value must be valid.
constexpr const Shape& shape_of(u32 ptbr_value) { return kShapes[ptbr_value >> 29]; }

/// What an access may do given the flags of a leaf. S never executes U pages.
constexpr bool allowed(u32 flags, bool supervisor, Access access) {
  const bool user_page = flags & pte::kU;
  if (!supervisor && !user_page) return false;
  if (access == Access::kFetch) return (flags & pte::kX) && !(supervisor && user_page);
  return flags & (access == Access::kLoad ? pte::kR : pte::kW);
}

/// The same as PROBE gives it: bit 0 read, bit 1 write, bit 2 execute.
constexpr u32 rights(u32 flags, bool supervisor) {
  return u32{allowed(flags, supervisor, Access::kLoad)} |
         u32{allowed(flags, supervisor, Access::kStore)} << 1 |
         u32{allowed(flags, supervisor, Access::kFetch)} << 2;
}

enum class Fault : u8 {
  kNone,
  kPage,
  kAccess,
  kNested,  ///< of the second dimension (mmu/nested.hpp)
};

/// One memory reference of a walk.
struct WalkStep {
  u64 address = 0;  ///< of the entry, in the space of the tables
  u32 entry = 0;    ///< as read
};

/// How a walk came out.
struct Walk {
  Fault fault = Fault::kNone;
  unsigned references = 0;           ///< entries read
  std::array<WalkStep, 5> steps{};   ///< the first `references` of them hold
  u32 flags = 0;                     ///< of the leaf, A and D as after the access
  u64 frame = 0;                     ///< 4 KiB frame that the address maps to
  unsigned level = 0;                ///< of the leaf
};

/// Why a walk is made: for an access it checks rights and stores A and D; a look (PROBE, a debugger)
/// finds the leaf, leaves the tables alone and its rights to the caller.
enum class Purpose : u8 { kAccess, kLook };

namespace detail {
// A leaf above the last level exists in Z2 only, and must be aligned.
constexpr bool leaf_is_well_formed(const Shape& shape, unsigned level, u32 entry) {
  if (!(entry & pte::kR) && (entry & pte::kW)) return false;
  const unsigned below = shape.shift(level) - kPageShift;
  if (level + 1 == shape.levels) return true;
  return shape.levels == 2 && (pte::frame(entry) & ((1u << below) - 1)) == 0;
}
}  // namespace detail

/// Walks the tables that `ptbr_value` points to. `tables` offers
///   std::optional<u32> read_entry(u64 address)      - nothing outside of RAM
///   void write_entry(u64 address, u32 entry)
template <class Tables>
Walk walk(Tables& tables, u32 ptbr_value, Gva gva, bool supervisor, Access access,
          Purpose purpose = Purpose::kAccess) {
  const Shape& shape = shape_of(ptbr_value);
  Walk out;
  u64 frame = ptbr_value & ptbr::kFrame;
  for (unsigned level = 0; level < shape.levels; ++level) {
    const u64 address = shape.table_base(frame, level) + 4 * u64{shape.index(gva.v, level)};
    const std::optional<u32> read = tables.read_entry(address);
    if (!read) return out.fault = Fault::kAccess, out;
    const u32 entry = *read;
    out.steps[out.references++] = {address, entry};
    if (!(entry & pte::kV)) return out.fault = Fault::kPage, out;
    if (!pte::leaf(entry)) {
      if (entry & pte::kW) break;  // W without R
      frame = pte::frame(entry);
      continue;
    }
    if (!detail::leaf_is_well_formed(shape, level, entry)) break;
    const bool look = purpose == Purpose::kLook;
    if (!look && !allowed(entry, supervisor, access)) break;
    const u32 set = look ? 0 : pte::kA | (access == Access::kStore ? pte::kD : 0);
    out.flags = (entry | set) & pte::kFlags;
    out.level = level;
    const u32 below = (1u << (shape.shift(level) - kPageShift)) - 1;
    out.frame = pte::frame(entry) | (gva.page() & below);
    if (out.flags != (entry & pte::kFlags))
      tables.write_entry(address, entry | out.flags);
    return out;
  }
  return out.fault = Fault::kPage, out;
}

}  // namespace ringside::mmu
