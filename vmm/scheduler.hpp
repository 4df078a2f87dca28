// Who is next on the CPU: round robin, in slices as long as a VM's share.
#pragma once

#include <functional>
#include <optional>

#include "base/types.hpp"

namespace ringside::vmm {

/// A copyable value. Worlds are numbers from 0 on.
class Scheduler {
 public:
  /// `slice` is the time of a VM with share 1, in cycles.
  Scheduler(std::size_t worlds, Cycles slice) : worlds_(worlds), slice_(slice) {}

  std::size_t current() const { return current_; }
  /// When the slice of the current world is over; never while it is the only one.
  Cycles slice_end() const { return worlds_ > 1 ? slice_end_ : kNever; }
  bool slice_is_over(Cycles now) const { return now >= slice_end(); }

  /// The first that can run, the current one last.
  std::optional<std::size_t> next(const std::function<bool(std::size_t)>& can_run) const {
    for (std::size_t i = 1; i <= worlds_; ++i)
      if (const std::size_t world = (current_ + i) % worlds_; can_run(world)) return world;
    return std::nullopt;
  }
  /// Gives a world the CPU for a slice.
  void give(std::size_t world, u32 share, Cycles now) {
    current_ = world;
    slice_end_ = now + slice_ * share;
  }
  /// Worlds that came to the CPU in another one's place, for reports.
  void count_switch() { ++switches_; }
  u64 switches() const { return switches_; }

 private:
  static constexpr Cycles kNever = ~Cycles{0};
  std::size_t worlds_, current_ = 0;
  u64 switches_ = 0;
  Cycles slice_, slice_end_ = 0;
};

}  // namespace ringside::vmm
