// 32-bit paging of x86: entries and the walk (Intel SDM volume 3, sections 4.3 and 4.6 to 4.8). The
// walk is generic in where tables lie: the hardware reads host-physical memory, the VMM
// guest-physical.
#pragma once

#include <array>

#include "base/bits.hpp"
#include "base/types.hpp"

namespace ringside::x86 {

/// Bits of a page-directory or page-table entry (SDM volume 3, tables 4-4 to 4-6).
namespace pte {
inline constexpr u32 kP = 1u << 0, kRw = 1u << 1, kUs = 1u << 2, kPwt = 1u << 3, kPcd = 1u << 4,
                     kA = 1u << 5;
inline constexpr u32 kD = 1u << 6, kPs = 1u << 7, kG = 1u << 8;
inline constexpr u32 kFlags = 0xfff;
/// Address bits of an entry: of a table or a 4 KiB page, and of a 4 MiB page.
inline constexpr u32 kFrame = 0xfffff000, kLargeFrame = 0xffc00000;
/// Reserved where an entry maps 4 MiB: the address bits beyond 32 that PSE-36 would use. (Bit 12
/// there and bit 7 of a page-table entry choose a memory type on a CPU with PAT; memory types are
/// left out, and they ignored.)
inline constexpr u32 kLargeReserved = 0x003fe000;
/// Beside them in a TLB entry: supervisor may write, since CR0.WP is clear.
inline constexpr u32 kSupervisorWrites = 1u << 12;
/// The same: nothing may be fetched, since the EPT forbid it.
inline constexpr u32 kNoFetch = 1u << 13;
}  // namespace pte

/// What a walk and the check of rights depend on.
struct PagingContext {
  u32 cr3 = 0;
  bool paging = false;  ///< CR0.PG
  bool user = false;    ///< a user-mode access: CPL 3 and no implicit access to a system table
  bool write_protect = false;  ///< CR0.WP
  bool large_pages = false;    ///< CR4.PSE
  bool global_pages = false;   ///< CR4.PGE
};

/// Bits of a page fault's error code (SDM volume 3, section 4.7).
namespace page_fault {
inline constexpr u32 kPresent = 1u << 0, kWrite = 1u << 1, kUser = 1u << 2, kReserved = 1u << 3;
}  // namespace page_fault

/// What an access may do by the flags of a cached leaf, R/W and U/S of both levels combined
/// (section 4.6).
constexpr bool allowed(u32 flags, bool supervisor, Access access) {
  if (!supervisor && !(flags & pte::kUs)) return false;
  if (access == Access::kFetch && flags & pte::kNoFetch) return false;
  if (access != Access::kStore || flags & pte::kRw) return true;
  return supervisor && flags & pte::kSupervisorWrites;
}

/// How a walk came out.
struct Walk {
  bool fault = false;
  u32 code = 0;             ///< error code of the fault
  unsigned references = 0;  ///< entries read
  struct Reference {
    u32 address = 0, entry = 0;  ///< where it stands and what was read
  };
  std::array<Reference, 2> steps{};  ///< the first `references` of them hold
  u32 flags =
      0;  ///< of the leaf as a TLB caches them: RW and US combined, A and D as after the access
  u32 frame = 0;       ///< number of the 4 KiB frame
  bool large = false;  ///< mapped by a 4 MiB page
};

/// Why a walk is made: a look (a debugger's, a VMM's) checks no rights and leaves A and D alone.
enum class Purpose : u8 { kAccess, kLook };

namespace detail {

constexpr u32 access_bits(const PagingContext& context, Access access) {
  return (access == Access::kStore ? page_fault::kWrite : 0) |
         (context.user ? page_fault::kUser : 0);
}

// Sets A, and D in a leaf that is stored through, where they are not set yet.
template <class Tables>
void mark(Tables& tables, const Walk::Reference& at, u32 bits) {
  if ((at.entry & bits) != bits) tables.write_entry(at.address, at.entry | bits);
}

}  // namespace detail

/// Walks the tables at context.cr3. `tables` offers
///   u32 read_entry(u32 address)              all ones where nothing answers
///   void write_entry(u32 address, u32 entry)
template <class Tables>
Walk walk(Tables& tables, const PagingContext& context, u32 linear, Access access,
          Purpose purpose = Purpose::kAccess) {
  Walk out;
  const auto read = [&](u32 address) {
    out.steps[out.references++] = {address, tables.read_entry(address)};
    return out.steps[out.references - 1].entry;
  };
  const auto fault = [&](u32 why) {
    out.fault = true;
    out.code = why | detail::access_bits(context, access);
    return out;
  };
  const u32 directory = read((context.cr3 & pte::kFrame) + 4 * (linear >> 22));
  if (!(directory & pte::kP)) return fault(0);
  out.large = context.large_pages && directory & pte::kPs;
  if (out.large && directory & pte::kLargeReserved)
    return fault(page_fault::kPresent | page_fault::kReserved);
  const u32 leaf =
      out.large ? directory : read((directory & pte::kFrame) + 4 * bits(linear, 21, 12));
  if (!(leaf & pte::kP)) return fault(0);

  const u32 both = directory & leaf & (pte::kRw | pte::kUs);
  const u32 extra = context.write_protect ? 0 : pte::kSupervisorWrites;
  const u32 global = context.global_pages ? pte::kG : 0;
  out.flags =
      (leaf & (pte::kFlags & ~(pte::kRw | pte::kUs | pte::kG))) | both | (leaf & global) | extra;
  out.frame = out.large ? (leaf & pte::kLargeFrame) >> kPageShift | bits(linear, 21, 12)
                        : leaf >> kPageShift;
  if (purpose == Purpose::kLook) return out;
  if (!allowed(out.flags, !context.user, access)) return fault(page_fault::kPresent);

  const u32 marks = pte::kA | (access == Access::kStore ? pte::kD : 0);
  out.flags |= marks;
  if (!out.large) detail::mark(tables, out.steps[0], pte::kA);
  detail::mark(tables, out.steps[out.references - 1], marks);
  return out;
}

}  // namespace ringside::x86
