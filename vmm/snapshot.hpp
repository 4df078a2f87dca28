// Snapshots of a machine: everything that a run depends on, memory as pages that unchanged ones share.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "vmm/machine.hpp"

namespace ringside::vmm {

/// A page of a snapshot; null stands for one of zeros. Snapshots between which a page was not written share
/// one copy, or one null: each null that came by writing zeros is owned apart.
using PageCopy = std::shared_ptr<const std::array<u8, kPageSize>>;
inline bool same_copy(const PageCopy& a, const PageCopy& b) {
  return !a.owner_before(b) && !b.owner_before(a);
}

/// One moment of a run.
struct Snapshot {
  u64 steps, instructions, events;
  Cycles cycles;
  u64 trace_hash;
  std::vector<PageCopy> pages;

  cpu::Cpu::Loaded real;
  cpu::Cpu::Fetch fetch;
  std::array<mmu::TlbEntry, mmu::kTlbEntries> tlb;
  mmu::TlbCounts tlb_counts;
  mmu::WalkCaches caches;
  cost::Ledger ledger;
  Scheduler scheduler;
  Spending spent_before;
  std::optional<Ending> ending;

  /// What changes in a World.
  struct OfWorld {
    u64 virtual_time;
    VmState vm;
    std::unique_ptr<Strategy> strategy;
    std::optional<Ending> failed, ending;
    bool waits_for_input;
    cpu::Cpu::Loaded put_away;
    Spending spent;
  };
  std::vector<OfWorld> worlds;

  /// Host memory that it takes beside the copies of pages, roughly, in bytes.
  u64 bytes() const {
    return pages.size() * (sizeof(PageCopy) + 1) + worlds.size() * sizeof(OfWorld) + sizeof *this;
  }
};

/// Takes and restores snapshots of one machine. While one of these lives, the machine's memory notes which
/// pages are written.
class Snapshots {
 public:
  explicit Snapshots(Machine& machine);

  std::unique_ptr<Snapshot> take();
  /// Puts the machine back to a snapshot taken of it.
  void restore(const Snapshot& snapshot);

 private:
  void copy_dirty_pages();
  void watch_writes();

  Machine& machine_;
  std::vector<PageCopy> pages_;  ///< memory as of the last take() or restore()
};

}  // namespace ringside::vmm
