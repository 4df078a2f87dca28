// The TLB: direct-mapped, so that a hit leaves no trace in it. It is the modelled TLB and the fast
// engine's table at once: beside each modelled entry stand *tags*, one per mode and kind of access,
// that are set where the fast engine may go ahead through a host pointer without asking. An entry
// without a tag (a device, a watched page, a clean page) is still a modelled hit.
#pragma once

#include <array>
#include <bit>
#include <utility>

#include "mmu/memory.hpp"
#include "mmu/paging.hpp"

namespace ringside::mmu {

inline constexpr u32 kTlbEntries = 512;

/// What the fast engine compares and follows. A tag is the address of the page, kNoTag if unset.
struct TlbTags {
  u32 read = kNoTag;
  u32 write = kNoTag;
  u32 fetch = kNoTag;       ///< set by the fast engine, which owns `code`
  u32 unused = 0;
  u8* host = nullptr;       ///< host address of guest address 0 by this entry: host + gva
  void* code = nullptr;     ///< predecoded page
  // A misaligned access asks for the page's address and its own low two bits, so those are no good here.
  static constexpr u32 kNoTag = 0x800;
};

/// A cached translation.
struct TlbEntry {
  bool valid = false;
  u32 page = 0;   ///< guest-virtual page number
  u32 flags = 0;  ///< of the leaf
  u64 frame = 0;  ///< host frame
  u16 vmid = 0;   ///< VM that it belongs to; 0 outside of non-root mode
  bool operator==(const TlbEntry&) const = default;
};

/// What the flags of a leaf mean on Z-ISA. A TLB asks this of its policy: what a cached entry lets a mode do
/// (a store through an entry whose D is clear walks again, so that D gets set), and whether it is global.
struct ZisaRights {
  static bool usable(u32 flags, bool supervisor, Access access) {
    if (access == Access::kStore && !(flags & pte::kD)) return false;
    return allowed(flags, supervisor, access);
  }
  static bool global(u32 flags) { return flags & pte::kG; }
};

/// Lookups since the start, for reports. With paging off there are none.
struct TlbCounts {
  u64 hits = 0;
  u64 misses = 0;
  bool operator==(const TlbCounts&) const = default;
};

template <class Rights>
class TlbOf {
 public:
  static u32 index(Gva gva) { return gva.page() & (kTlbEntries - 1); }

  /// The entry for the page of gva, null when it is not cached.
  const TlbEntry* find(Gva gva) const {
    const TlbEntry& entry = entries_[index(gva)];
    return entry.valid && entry.page == gva.page() && entry.vmid == vmid_ ? &entry : nullptr;
  }

  /// The VM whose translations are looked up and made from now on. The fast engine's tags do not tell VMs
  /// apart, so they are dropped.
  void set_vmid(u16 vmid) {
    if (std::exchange(vmid_, vmid) != vmid) drop_tags();
  }
  u16 vmid() const { return vmid_; }

  /// Caches a translation in place of whatever stood there. `memory` gives host pointers for the tags.
  void insert(Gva gva, u32 flags, u64 frame, Memory& memory) {
    entries_[index(gva)] = {true, gva.page(), flags, frame, vmid_};
    valid_[index(gva) / 64] |= bit(index(gva));
    for (auto& mode : tags_) mode[index(gva)] = {};
    refresh(gva, memory);
  }

  /// Drops the translation of one page, or all, or all that are not global, of the current VM.
  void drop(Gva gva) {
    if (find(gva)) clear(index(gva));
  }
  void drop_all() {
    for_each_valid([&](u32 i) {
      if (entries_[i].vmid == vmid_) clear(i);
    });
  }
  void drop_local() {
    for_each_valid([&](u32 i) {
      if (entries_[i].vmid == vmid_ && !Rights::global(entries_[i].flags)) clear(i);
    });
  }
  /// Drops the translations of all VMs, as a CPU without VM identifiers does at each entry and exit.
  void drop_all_vms() {
    for_each_valid([&](u32 i) { clear(i); });
  }

  /// Drops tags, not translations: write tags of one frame, or all of all.
  void drop_write_tags(u64 frame) {
    for_each_valid([&](u32 i) {
      if (entries_[i].frame == frame)
        for (auto& mode : tags_) mode[i].write = TlbTags::kNoTag;
    });
  }
  void drop_fetch_tags(const void* code) {
    for (auto& mode : tags_)
      for (auto& tags : mode)
        if (tags.code == code) tags.fetch = TlbTags::kNoTag, tags.code = nullptr;
  }
  void drop_tags() {
    for (auto& mode : tags_) mode.fill({});
  }

  /// Tags of one mode (0 user, 1 supervisor).
  std::array<TlbTags, kTlbEntries>& tags(bool supervisor) { return tags_[supervisor]; }

  /// Sets the tags for data of a cached page anew, after what they depend on has changed; to be
  /// called after an access that went the slow way.
  void refresh(Gva gva, Memory& memory) {
    if (!find(gva)) return;
    const u32 i = index(gva);
    for (const bool supervisor : {false, true}) {
      const TlbTags fresh = make_tags(entries_[i], supervisor, memory);
      TlbTags& tags = tags_[supervisor][i];
      tags.read = fresh.read, tags.write = fresh.write, tags.host = fresh.host;
    }
  }

  /// Whether the fast engine may go ahead with a load or a store of this page.
  bool tagged(Gva gva, bool supervisor, Access access) const {
    const TlbTags& tags = tags_[supervisor][index(gva)];
    return (access == Access::kStore ? tags.write : tags.read) == gva.page_base().v;
  }

  const std::array<TlbEntry, kTlbEntries>& entries() const { return entries_; }
  /// Takes over the entries of a snapshot, without tags.
  void restore(const std::array<TlbEntry, kTlbEntries>& entries, const TlbCounts& before) {
    entries_ = entries;
    valid_ = {};
    for (u32 i = 0; i < kTlbEntries; ++i)
      if (entries_[i].valid) valid_[i / 64] |= bit(i);
    counts = before;
    drop_tags();
  }

  TlbCounts counts;

 private:
  static constexpr u64 bit(u32 i) { return u64{1} << (i % 64); }

  // Few entries are valid between one exit and the next, so that going through all would take longer than
  // what a VMM does about the exit.
  template <class F>
  void for_each_valid(F f) {
    for (u32 word = 0; word < valid_.size(); ++word)
      for (u64 left = valid_[word]; left != 0; left &= left - 1)
        f(word * 64 + static_cast<u32>(std::countr_zero(left)));
  }

  void clear(u32 i) {
    if (!entries_[i].valid) return;
    entries_[i] = {};
    valid_[i / 64] &= ~bit(i);
    for (auto& mode : tags_) mode[i] = {};
  }

  static TlbTags make_tags(const TlbEntry& entry, bool supervisor, Memory& memory) {
    const Hpa base{entry.frame << kPageShift};
    TlbTags tags;
    if (!memory.contains(base)) return tags;
    const u32 gva = entry.page << kPageShift;
    tags.host = const_cast<u8*>(memory.at(base)) - gva;
    if (Rights::usable(entry.flags, supervisor, Access::kLoad)) tags.read = gva;
    if (Rights::usable(entry.flags, supervisor, Access::kStore) && memory.unwatched(base))
      tags.write = gva;
    return tags;
  }

  std::array<TlbEntry, kTlbEntries> entries_{};
  std::array<u64, kTlbEntries / 64> valid_{};  ///< which entries are, a bit each
  u16 vmid_ = 0;
  std::array<std::array<TlbTags, kTlbEntries>, 2> tags_{};
};

using Tlb = TlbOf<ZisaRights>;

}  // namespace ringside::mmu
