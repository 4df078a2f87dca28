// Snapshots of a machine: everything that a run depends on, memory as pages that unchanged ones share.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "vmm/any_machine.hpp"

namespace ringside::vmm {

/// A page of a snapshot; null stands for one of zeros. Snapshots between which a page was not written share
/// one copy, or one null: each null that came by writing zeros is owned apart.
using PageCopy = std::shared_ptr<const std::array<u8, kPageSize>>;
inline bool same_copy(const PageCopy& a, const PageCopy& b) {
  return !a.owner_before(b) && !b.owner_before(a);
}

/// One moment of a run. What depends on the ISA is in SnapshotOf (vmm/machine_snapshot.hpp).
struct Snapshot {
  explicit Snapshot(const cost::Ledger& prices, const Scheduler& worlds) : ledger(prices), scheduler(worlds) {}
  virtual ~Snapshot() = default;
  u64 steps = 0, instructions = 0, events = 0;
  Cycles cycles = 0;
  u64 trace_hash = 0;
  u64 cpu_hash = 0;  ///< of what the CPU holds
  std::vector<PageCopy> pages;
  cost::Ledger ledger;
  Scheduler scheduler;
  Spending spent_before{};
  std::optional<Ending> ending;

  /// Host memory that it takes beside the copies of pages, roughly, in bytes.
  virtual u64 bytes() const { return pages.size() * (sizeof(PageCopy) + 1) + sizeof *this; }
};

/// Takes and restores snapshots of one machine. While one of these lives, the machine's memory notes which
/// pages are written.
class Snapshots {
 public:
  explicit Snapshots(AnyMachine& machine);

  std::unique_ptr<Snapshot> take();
  /// Puts the machine back to a snapshot taken of it.
  void restore(const Snapshot& snapshot);

 private:
  void copy_dirty_pages();
  void watch_writes();

  AnyMachine& machine_;
  std::vector<PageCopy> pages_;  ///< memory as of the last take() or restore()
};

}  // namespace ringside::vmm
