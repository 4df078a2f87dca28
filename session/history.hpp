// Going back: snapshots along a run, thinned geometrically, and deterministic replay from the nearest one.
// A replay does again what was done, typed input included, so every position is the same the second time;
// what was recorded at a stop is compared when the run comes by there again.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "vmm/snapshot.hpp"

namespace ringside::session {

/// The last step that wrote a register, the status register or a word of memory.
struct Writer {
  u64 step = 0;        ///< position before it
  Cycles cycle = 0;
  u32 pc = 0;
  std::string what;    ///< disassembly, or what happened instead of an instruction
  u32 before = 0, after = 0;
};

class History {
 public:
  /// Keeps snapshots of at most `bytes` in all.
  History(vmm::Machine& machine, u64 bytes);

  /// Runs forwards until a limit, a breakpoint or the end, taking snapshots on the way. Limits::steps is
  /// a position; 0 is none.
  void run(vmm::Limits limits);

  /// Positions: after so many steps; the first boundary at or past a cycle; right after event e happened.
  void go_to_step(u64 step);
  void go_to_cycle(Cycles cycle);
  void go_to_event(u64 event);
  /// One step back; false at the start.
  bool back();
  /// Runs backwards to the last position before this one at which the PC was `pc`; false if there is none.
  bool back_to_pc(u32 pc);

  /// What the user typed at this position; replays type it again.
  void type(std::string_view text);

  /// The last writer before this position, if the run from its start has one.
  std::optional<Writer> last_writer_of_register(u32 number);
  std::optional<Writer> last_writer_of_status();
  std::optional<Writer> last_writer_of_memory(Gva address, u32 bytes);

  /// Whether a replay ever came out different from what was recorded: a defect of ours.
  bool diverged() const { return diverged_; }
  std::size_t snapshots() const { return snapshots_.size(); }
  u64 bytes() const { return used_; }

 private:
  struct Mark {
    u64 state_hash, trace_hash;
  };
  struct Typed {
    u64 step;
    std::string text;
  };

  void restore_before(auto condition);
  void snapshot();
  void thin();
  void mark();
  void check();
  void advance(vmm::Limits limits);
  u64 next_input() const;
  void replay_input();
  template <class Seen>
  std::optional<Writer> scan_back(Seen seen);
  template <class Seen>
  std::optional<Writer> scan(u64 from, u64 to, Seen& seen);

  vmm::Machine& machine_;
  vmm::Snapshots taker_;
  u64 limit_;
  u64 used_ = 0;
  std::map<u64, std::unique_ptr<vmm::Snapshot>> snapshots_;  ///< by step
  std::map<u64, Mark> marks_;                                ///< by step
  std::vector<Typed> typed_;
  bool diverged_ = false;
};

}  // namespace ringside::session
