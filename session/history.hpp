// Going back: snapshots along a run, thinned geometrically, and deterministic replay from the
// nearest one. A replay does again what was done, typed input included, so every position is the
// same the second time; what was recorded at a position is compared when the run comes by there
// again.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "session/lens.hpp"
#include "vmm/snapshot.hpp"

namespace ringside::session {

/// The last step that wrote something.
struct Writer {
  u64 step = 0;  ///< position before it
  Cycles cycle = 0;
  u32 pc = 0;
  std::string what;  ///< the instruction, or what happened instead of one
  u32 before = 0, after = 0;
};

class History {
 public:
  /// Called every few milliseconds of a run; false stops it.
  using Between = std::function<bool()>;

  static constexpr u64 kInterval = 1u << 20;

  /// Begins where the machine is, and takes at most `bytes` in all: a quarter for the event log,
  /// which the machine keeps from now on and whose oldest events are forgotten; the rest for
  /// snapshots, but two at least, every `interval` steps until they are thinned. Going back to
  /// forgotten events brings them again.
  History(vmm::AnyMachine& machine, u64 bytes, u64 interval = kInterval);

  /// No run goes further than to so many instructions or cycles; 0 for no bound. It stops there and
  /// does not end.
  void set_bounds(u64 instructions, Cycles cycles) { bounds_ = {instructions, cycles}; }
  /// Whether the machine has reached a bound.
  bool out_of_bounds() const;

  /// Runs forwards until a limit, a breakpoint, a watchpoint, the end, or the guest waits for
  /// input. Limits only stop: Limits::steps, pause_at and events, which are positions.
  vmm::Stop run(vmm::Limits limits, const Between& between = {});
  /// The same, and stops after a step in which an event came that is wanted: Stop::kLimit with
  /// `*found` set.
  vmm::Stop run_to_event(const std::function<bool(const vmm::Event&)>& wanted, vmm::Limits limits,
                         bool* found, const Between& between = {});

  // Positions. Breakpoints and watchpoints do not stop these; the end and a wait for input do.
  void go_to_step(u64 step, const Between& between = {});
  /// The first boundary at or past a cycle.
  void go_to_cycle(Cycles cycle, const Between& between = {});
  /// Right after the step in which event number `event` happened, from 0.
  void go_to_event(u64 event, const Between& between = {});
  /// One step back; false at the start.
  bool back();

  /// Runs backwards to the last position before this one at which run() would have stopped for a
  /// breakpoint or watchpoint; to the start, with Stop::kLimit, if there is none. `between` can
  /// leave it anywhere on the way, with Stop::kLimit too.
  vmm::Stop reverse(const Between& between = {});

  /// What somebody does to the machine beside the run: types at it, writes a register or memory.
  /// What it refers to must outlive the history.
  using Change = std::function<void()>;
  /// Does it at this position; replays do it again. What came after it is forgotten.
  void change(Change change);
  void type(std::string_view text);

  void set_breakpoints(std::set<u32> addresses) { machine_.set_breakpoints(std::move(addresses)); }
  /// Runs stop after a write into these bytes: where they lie in memory now, not whatever else is
  /// mapped there later. False if a page is not mapped to RAM, or if it is none of the watched.
  bool add_watchpoint(Gva address, u32 bytes);
  bool remove_watchpoint(Gva address);
  struct Watchpoint {
    Gva address;
    u32 bytes = 0;
    std::vector<std::pair<Hpa, u64>> ranges;  ///< where they lie, page by page
  };
  const std::vector<Watchpoint>& watchpoints() const { return watchpoints_; }

  // The last writer before this position; nothing if there is none since the start. A write of the
  // value that was there already counts.
  std::optional<Writer> last_writer_of_register(RegisterId which);
  /// Of the memory that lies at `address` now, up to 4 bytes in its page: stores, emulated ones,
  /// DMA, A and D bits.
  std::optional<Writer> last_writer_of_memory(Gva address, u32 bytes);

  /// Whether a replay ever came out different from what was recorded: a defect of ours.
  bool diverged() const { return diverged_; }
  std::size_t snapshots() const { return snapshots_.size(); }
  /// Host memory that snapshots take.
  u64 bytes() const { return used_; }

 private:
  using Slots = std::map<u64, std::unique_ptr<vmm::Snapshot>>;
  struct Mark {
    u64 state_hash, trace_hash;
  };
  struct Changed {
    u64 step;
    Change change;
  };
  /// A step that the exact engine did, seen from both sides.
  struct Seen {
    const cpu::Effects& effects;
    Code code;                  ///< at the old PC
    u32 before = 0, after = 0;  ///< what is asked for
    u64 first_event = 0;        ///< of those that came in it
    u64 watched_writes = 0;
    u64 instructions = 0;
    u32 repetitions = 0;  ///< of the instruction, done
  };
  /// What a look back asks.
  struct Question {
    std::function<u32()> value;                    ///< of what is asked for, here
    std::function<bool(const Seen&)> wrote;        ///< whether a step is what is looked for
    std::function<std::string(const Seen&)> what;  ///< that step in words
    /// Whether there can be no such step between two snapshots; null if nobody can tell.
    std::function<bool(const vmm::Snapshot&, const vmm::Snapshot&)> none_between;
    bool every_step = false;  ///< the fast engine does not stop before such a write
  };
  using Ranges = std::vector<std::pair<Hpa, u64>>;

  void restore_last(auto condition, bool ahead_only);
  void snapshot();
  void keep(u64 step, std::unique_ptr<vmm::Snapshot> snapshot);
  Slots::iterator drop(Slots::iterator which);
  u64 own_bytes(Slots::const_iterator which) const;
  void thin();
  bool wants_snapshot(u64 target) const;
  void check_passing();
  void arrive();

  vmm::Limits bounded(vmm::Limits to) const;
  u64 room() const;
  u64 next_change() const;
  bool goes_on_waiting(u64 target) const;
  void replay_changes();
  void make(const Change& change);
  vmm::Stop run_piece(const vmm::Limits& to, u64 target);
  vmm::Stop advance(vmm::Limits limits, const Between& between);
  void advance_past_stops(vmm::Limits limits, const Between& between);
  void move_to(u64 step, const Between& between);

  void watch_all();
  std::optional<Ranges> locate(Gva address, u32 bytes) const;
  std::optional<std::pair<u64, vmm::Stop>> last_stop(u64 from, u64 to, u64 before,
                                                     const Between& between);
  std::optional<Writer> look_back(const Question& question);
  std::optional<Writer> scan(u64 from, u64 to, const Question& question);
  void step_seen(cpu::Effects& effects, const Question& question, std::optional<Writer>& found);
  bool saw(const Seen& seen, vmm::EventKind kind) const;
  bool completed(const Seen& seen) const;
  std::string what_happened(const Seen& seen) const;
  std::string memory_writer(const Seen& seen, const Ranges& ranges) const;

  bool wrote_register(const Seen& seen, RegisterId which) const;
  bool trap_wrote(const Seen& seen, RegisterId which) const;
  u32 word_at(const Ranges& ranges) const;

  vmm::AnyMachine& machine_;
  std::unique_ptr<const Lens> lens_;
  vmm::Snapshots taker_;
  u64 limit_, interval_;
  u64 spacing_;  ///< steps between snapshots of a new run: more where each has much to copy
  u64 used_ = 0;
  Slots snapshots_;               ///< by step
  std::map<u64, Mark> marks_;     ///< by step, of positions where somebody stopped
  std::vector<Changed> changes_;  ///< by step
  std::vector<Watchpoint> watchpoints_;
  struct {
    u64 instructions = 0;
    Cycles cycles = 0;
  } bounds_;
  bool diverged_ = false;
};

}  // namespace ringside::session
