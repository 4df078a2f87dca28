// One guest under several strategies, run by run, so that they can be laid side by side: at which cycle each has come how far
// in the guest's own time. In virtual time a guest does the same under every strategy that is equivalent, so events that it sees
// come at the same moments of its time, at different cycles.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "session/contenders.hpp"

namespace ringside::session {

/// How far a run had come at a moment.
struct LanePoint {
  u64 time = 0;          ///< virtual time: guest instructions, and waits
  vmm::Spending spent{};  ///< cycles by account until then
  Cycles cycles() const;
};

/// Something that the guest itself sees: a trap taken, an interrupt.
struct GuestEvent {
  u64 time = 0;  ///< virtual
  Cycles cycle = 0;
  std::string name;
};

struct Lane {
  Contender contender;
  std::string isa, ending;
  std::string console;
  bool ended = false;
  std::vector<LanePoint> points;   ///< from the start on, in order, the end included
  std::vector<GuestEvent> events;  ///< the first ones, kMostEvents at the most
  u64 seen = 0;                    ///< how many there were

  static constexpr std::size_t kMostEvents = 20'000;
  u64 time() const { return points.empty() ? 0 : points.back().time; }
  Cycles cycles() const { return points.empty() ? 0 : points.back().cycles(); }
  /// What was spent until a moment of the guest's time, between points by their slope.
  vmm::Spending spent_until(u64 time) const;
};

/// Runs a contender in virtual time, from the start to the end. Errors: as machine_of().
Result<Lane> run_lane(Contender contender, const GoesOn& goes_on);

/// Where a strategy's run parts from the bare machine's.
struct Parting {
  Contender contender;  ///< to be opened in virtual time, to see it
  u64 time = 0;         ///< virtual, before the last instruction
  u64 step = 0;         ///< machine steps of the strategy's run, when they first differ
  std::string where;    ///< the last instruction before, "80000414 <trap_entry+0x4> andi t0, t0, 4"; empty if nobody knows
  std::vector<std::string> differences;  ///< "a0: 0x1 / 0x2": on the bare machine / under the strategy
};
struct PartingSearch {
  std::optional<Parting> parting;
  u64 ticks = 0;         ///< of virtual time that were compared
  bool stopped = false;  ///< before it was done
};
/// Steps the guest on the bare machine and under the strategy, side by side, to the first instant at which it could tell them apart.
/// Not for ported guests, whose kernels run other instructions. Errors: as machine_of().
Result<PartingSearch> find_parting(const Contender& contender, const GoesOn& goes_on);

}  // namespace ringside::session
