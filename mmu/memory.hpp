// The physical memory of the simulated machine: one run of host memory, with a flag or two per
// page so that whoever caches something made from a page learns when the page is written.
#pragma once

#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "base/bits.hpp"
#include "base/hash.hpp"
#include "base/types.hpp"

namespace ringside::mmu {

class Audit;

/// Is told when bytes are written that a decode cache was made from.
struct CodeWatcher {
  virtual void code_written(u64 page, u32 offset, u32 bytes) = 0;

 protected:
  ~CodeWatcher() = default;
};

/// RAM at [base, base + size). Addresses are host-physical; a page's number here counts from base.
class Memory {
 public:
  /// Size in bytes, a multiple of the page size. Reads as zero.
  Memory(Hpa base, u64 size)
      : base_(base), size_(size), bytes_(static_cast<u8*>(std::calloc(size, 1)), &std::free),
        flags_(size >> kPageShift, kFresh) {}

  /// Whether the host has so many bytes to give.
  static bool available(u64 size) {
    return std::unique_ptr<void, decltype(&std::free)>(std::calloc(size, 1), &std::free) != nullptr;
  }

  /// Takes the memory above the first `size` bytes off the bus.
  void truncate(u64 size) {
    size_ = size;
    flags_.resize(size >> kPageShift);
  }

  Hpa base() const { return base_; }
  u64 size() const { return size_; }
  u64 pages() const { return flags_.size(); }

  bool contains(Hpa address, u64 count = 1) const {
    const u64 offset = address.v - base_.v;
    return offset < size_ && count <= size_ - offset;
  }
  u64 page_of(Hpa address) const { return (address.v - base_.v) >> kPageShift; }

  /// Hash of what is in [address, address + bytes), which must be whole pages and contained. A page of zeros counts
  /// for nothing: the host need not provide what no one ever wrote to.
  u64 hash(Hpa address, u64 bytes, u64 seed) const {
    const u64 first = page_of(address);
    for (u64 n = 0; n < bytes >> kPageShift; ++n) {
      if (is_fresh(first + n) || is_zero(page(first + n))) continue;
      seed = hash_mix(seed, hash_bytes(page(first + n).data(), kPageSize, n));
    }
    return seed;
  }

  /// Whether no one ever wrote to a page: it is zero.
  bool is_fresh(u64 number) const { return flags_[number] & kFresh; }

  /// For reading; the address must be contained.
  const u8* at(Hpa address) const { return bytes_.get() + (address.v - base_.v); }
  std::span<const u8> page(u64 number) const {
    return {bytes_.get() + (number << kPageShift), kPageSize};
  }

  template <class T>
  T read(Hpa address) const {
    return load_le<T>(at(address));
  }

  /// Writes a number that lies within one page.
  template <class T>
  void write(Hpa address, T value) {
    store_le(writable(address, sizeof(T)), value);
  }

  /// Host pointer for writing `count` bytes within one page; tells those who watch the page.
  u8* writable(Hpa address, u32 count) {
    const u64 number = page_of(address);
    if (flags_[number] != 0) touched(number, address.offset(), count);
    return bytes_.get() + (address.v - base_.v);
  }

  /// Host pointer that the fast engine may write through without asking, null while the page is watched.
  u8* unwatched(Hpa address) {
    return flags_[page_of(address)] == 0 ? bytes_.get() + (address.v - base_.v) : nullptr;
  }

  /// From now on `watcher` is told of writes to code pages.
  void set_code_watcher(CodeWatcher* watcher) { watcher_ = watcher; }
  void mark_code(u64 number) { flags_[number] |= kCode; }
  void unmark_code(u64 number) { flags_[number] &= static_cast<u8>(~kCode); }

  /// From now on the first write to each page puts it into dirty_pages(). Write tags made before
  /// must be dropped by the caller.
  void track_dirty() {
    dirty_.clear();
    for (auto& flags : flags_) flags |= kClean;
  }
  const std::vector<u32>& dirty_pages() const { return dirty_; }

  /// From now on every write into [address, address + bytes), whoever makes it, counts in watched_writes().
  /// Write tags made before must be dropped by the caller. Outside of memory nothing is watched.
  void watch(Hpa address, u64 bytes) {
    if (bytes == 0 || !contains(address, bytes)) return;
    watched_.push_back({address.v, address.v + bytes});
    for (u64 page = page_of(address); page <= page_of(address + (bytes - 1)); ++page)
      flags_[page] |= kWatched;
  }
  void unwatch_all() {
    for (const Range& range : watched_)
      for (u64 page = page_of({range.begin}); page <= page_of({range.end - 1}); ++page)
        flags_[page] &= static_cast<u8>(~kWatched);
    watched_.clear();
  }
  u64 watched_writes() const { return watched_writes_; }

  /// Who is told what happens to this memory; null for nobody.
  Audit* audit() const { return audit_; }
  void set_audit(Audit* audit) { audit_ = audit; }

 private:
  /// kFresh: not written to since the start. As long as a flag is set, writes come through touched().
  enum : u8 { kCode = 1, kClean = 2, kWatched = 4, kFresh = 8 };
  struct Range {
    u64 begin, end;
  };

  static bool is_zero(std::span<const u8> page) {
    return page[0] == 0 && std::memcmp(page.data(), page.data() + 1, page.size() - 1) == 0;
  }

  void touched(u64 number, u32 offset, u32 count) {
    flags_[number] &= static_cast<u8>(~kFresh);
    if (flags_[number] & kClean) {
      flags_[number] &= static_cast<u8>(~kClean);
      dirty_.push_back(static_cast<u32>(number));
    }
    if (flags_[number] & kCode && watcher_) watcher_->code_written(number, offset, count);
    if (flags_[number] & kWatched) count_watched(base_.v + (number << kPageShift) + offset, count);
  }

  void count_watched(u64 address, u32 count) {
    for (const Range& range : watched_)
      if (address < range.end && range.begin < address + count) ++watched_writes_;
  }

  Hpa base_;
  u64 size_;
  std::unique_ptr<u8[], decltype(&std::free)> bytes_;
  std::vector<u8> flags_;
  std::vector<u32> dirty_;
  CodeWatcher* watcher_ = nullptr;
  std::vector<Range> watched_;
  u64 watched_writes_ = 0;
  Audit* audit_ = nullptr;
};

}  // namespace ringside::mmu
