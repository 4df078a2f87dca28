// What a run was spent on and what happened in it, over its cycles: an index of many resolutions, so that a million exits
// are drawn as fast as ten. It hears of every event when it comes, keeps what lies ahead when somebody goes back, and
// forgets it when the run is changed.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/long_queue.hpp"
#include "vmm/any_machine.hpp"

namespace ringside::session {

/// Kinds of what happens, as a timeline marks them.
enum class Happening : u8 {
  kPrivileged,   ///< exits: a privileged instruction
  kFault,        ///< a page fault or nested fault
  kPortIo,
  kHypercall,
  kException,    ///< a trap that is the guest's own affair
  kInterrupt,
  kTranslation,  ///< a call-out, code not translated
  kOtherExit,
  kTrap,    ///< the hardware delivered a trap to the guest
  kInject,  ///< the VMM did
  kHole,    ///< a sensitive instruction lied
  kOther,   ///< a device, input, a world switch, the end
  kNone,    ///< nothing worth a mark: back in the guest, idle
};
inline constexpr std::size_t kHappenings = 13;
std::string_view happening_name(Happening happening);
/// Of an exit, by the name that reports give it.
Happening happening_of_exit(std::string_view name);

/// A part of the run: cycles by account, and what happened in it.
struct Stretch {
  vmm::Spending spent{};
  u64 exits = 0;
  u32 happenings = 0;  ///< a bit for each Happening
  bool has(Happening h) const { return happenings >> static_cast<unsigned>(h) & 1; }
};

/// One event.
struct Mark {
  u64 event = 0;  ///< its ordinal
  Cycles cycle = 0;
  Happening happening = Happening::kNone;
  std::string name;  ///< "PAGE_FAULT hidden"
};

class Timeline final : public vmm::EventObserver {
 public:
  /// Listens to the machine's log from now on; the machine must outlive it. Of single events it keeps so many bytes, the
  /// last ones; what is coarser it keeps of all.
  explicit Timeline(vmm::AnyMachine& machine, u64 bytes = u64{128} << 20);
  ~Timeline() override;
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  /// Events that are known, those ahead of the present included.
  u64 events() const { return first_ + count_; }
  /// The end of what is known: of the last event, or the present where that lies behind it.
  Cycles end() const;

  /// The part from cycle `from` to `to`, cut into so many of equal length. REQUIRES: from < to, count > 0.
  std::vector<Stretch> columns(Cycles from, Cycles to, std::size_t count) const;
  /// The single events worth a mark in a part, if those and the others in it are `most` at the most, and are still kept.
  std::optional<std::vector<Mark>> marks(Cycles from, Cycles to, std::size_t most) const;

  /// The last end of an exit of that name ("" is any) before the event of that ordinal, and the next from it on.
  std::optional<u64> exit_before(u64 event, std::string_view name) const;
  std::optional<u64> exit_from(u64 event, std::string_view name) const;

  void happened(u64 ordinal, const vmm::Event& event) override;
  void forget_from(u64 ordinal) override;

 private:
  // From the event before to this one. Cycles of accounts but the last (idle, which is the rest), in units of 1 << shift.
  struct Slice {
    Cycles until = 0;
    std::array<u16, cost::kAccounts - 1> spent{};
    vmm::EventKind kind{};
    u8 reason = 0, detail = 0, vm = 0, shift = 0;
  };
  // Sixteen slices, or sixteen of the level below.
  struct Node {
    Cycles until = 0;
    Stretch all;
  };
  struct Columns;

  u64 held() const { return count_ - slices_.size(); }  ///< index of the first slice that is kept
  Slice slice_of(const vmm::Event& event);
  Stretch stretch(const Slice& slice, Cycles since) const;
  Happening happening(const Slice& slice) const;
  std::string name(const Slice& slice) const;
  bool is_end_of(const Slice& slice, std::string_view name) const;
  const Slice& slice(u64 index) const { return slices_[index - held()]; }

  void close_node();
  void fold(std::size_t level);
  void reopen_node();
  Cycles until(std::size_t level, u64 index) const;
  Cycles since(std::size_t level, u64 index) const;
  u64 index_of(std::size_t level, Cycles cycle) const;
  void add_cells(Columns& into, std::size_t level, u64 from, u64 to) const;
  void add_level(Columns& into, std::size_t level, u64 from, u64 to) const;

  vmm::AnyMachine& machine_;
  u64 most_;
  u64 first_;      ///< ordinal of the first event that it heard of
  u64 count_ = 0;  ///< events that it knows
  Cycles start_;   ///< when it began to listen
  LongQueue<Slice> slices_;               ///< the last ones
  std::vector<std::vector<Node>> levels_;  ///< whole nodes alone: what is behind them stands one level below
  vmm::Spending spent_at_start_, spent_;   ///< when it began to listen, and at the last event
  Node open_;                              ///< of the slices that are no whole node yet: what happened
  vmm::Spending spent_at_node_;            ///< at the last whole node
  std::optional<u64> open_exit_;           ///< index of the last exit, whose kind its end will tell better
  mutable std::array<Happening, 256> reasons_;  ///< of exits; kNone where nobody asked yet
};

}  // namespace ringside::session
