// The memory of a paravirtual guest, which has page tables of its own with host frames in them: the two tables by which
// it finds those frames (docs/hypercalls.md, section 1), and what is its own of the host's memory.
#pragma once

#include <optional>

#include "cost/ledger.hpp"
#include "mmu/shadow.hpp"

namespace ringside::vmm {

/// Where p2m (word i: host frame of the i-th page of the guest's RAM) and m2p (word i: guest frame of the i-th host frame
/// from `first_host_frame` on) lie, in host frames. Both have `pages` pages.
struct FrameTables {
  u64 p2m, m2p, pages, first_host_frame;
};

/// V, which derives from this and has it for a friend, says where its RAM is (kRamBase, ram_bytes_, ram_host_), has shadow
/// tables (s_.shadow) below it, and the machine (host_).
template <class V>
class FrameMemory {
 public:
  /// The last pages of the VMM's memory, right below the guest's.
  FrameTables frame_tables() const {
    const u64 pages = (frames() + kWordsOfPage - 1) / kWordsOfPage, first = self().ram_host_.page();
    return {first - 2 * pages, first - pages, pages, first};
  }
  /// Host frame of a page of the guest's RAM, which it must be.
  u64 host_frame(Gpa page) const { return self().host_of(page).page(); }
  /// The page of this VM's RAM that lies in a host frame; nothing for any other frame.
  std::optional<Gpa> guest_page(u64 host_frame) const {
    const u64 first = self().ram_host_.page();
    if (host_frame < first || host_frame - first >= frames()) return std::nullopt;
    return Gpa{V::kRamBase + ((host_frame - first) << kPageShift)};
  }
  /// Whether a host frame is a page of p2m or m2p.
  bool is_frame_table(u64 host_frame) const {
    const FrameTables tables = frame_tables();
    return self().s_.paravirtual && host_frame >= tables.p2m && host_frame < tables.first_host_frame;
  }
  /// Maps a page of p2m or m2p into a shadow root, read-only; false for any other frame, and when the pool is used up.
  /// Charges vmm_map.
  bool map_frame_table(u32 root, Gva gva, u64 host_frame) {
    self().work(cost::Param::kVmmMap);
    if (!is_frame_table(host_frame)) return false;
    return self().s_.shadow.map(self().host_.memory, root, gva, host_frame, {true, false, false});
  }

 protected:
  /// Makes the two tables and leaves shadow tables what is below them, from a host frame on. Done with the VM, as its image is
  /// put into memory: nobody pays.
  void make_frame_tables(u64 shadow_from) {
    const FrameTables tables = frame_tables();
    self().s_.shadow = {shadow_from, tables.p2m - shadow_from};
    const u64 first = u64{V::kRamBase} >> kPageShift;
    for (u64 i = 0; i < frames(); ++i) {
      const u64 offset = 4 * i;
      self().host_.memory.write(Hpa{(tables.p2m << kPageShift) + offset}, static_cast<u32>(tables.first_host_frame + i));
      self().host_.memory.write(Hpa{(tables.m2p << kPageShift) + offset}, static_cast<u32>(first + i));
    }
  }

 private:
  static constexpr u64 kWordsOfPage = kPageSize / 4;
  u64 frames() const { return self().ram_bytes_ >> kPageShift; }
  V& self() { return static_cast<V&>(*this); }
  const V& self() const { return static_cast<const V&>(*this); }
};

}  // namespace ringside::vmm
