// A session that is moved about: forwards, backwards, to breakpoints, to events. What the terminal,
// the window and a GDB stub have in common.
#pragma once

#include "session/expressions.hpp"
#include "session/inspect.hpp"
#include "session/timeline.hpp"

namespace ringside::session {

/// Where a move came to stand, and why.
struct Stopped {
  std::string
      kind;         ///< moved, breakpoint, watchpoint, event, input, end, start, limit, interrupted
  std::string why;  ///< the same in words
  Position position;
  std::vector<EventLine> happenings;  ///< of the step before the position
};

class Debugger {
 public:
  using Between = History::Between;

  static constexpr u64 kLeastHistory = u64{1} << 20;

  /// Opens a session in which the user may type and go back. Errors: as Session::open, and a history of less
  /// than kLeastHistory bytes.
  static Result<Debugger> open(Options options);
  Debugger(Debugger&&) = default;
  Debugger& operator=(Debugger&&) = delete;

  Session& session() { return *session_; }
  const Session& session() const { return *session_; }
  History& history() { return *history_; }
  const History& history() const { return *history_; }
  /// The whole run as far as it is known, what lies ahead after going back included.
  const Timeline& timeline() const { return *timeline_; }

  // Moves. `between` is called every few milliseconds, and stops them by returning false.
  Stopped step(u64 count, const Between& between = {});
  Stopped back(u64 count, const Between& between = {});
  Stopped go_to_step(u64 step, const Between& between = {});
  Stopped go_to_cycle(Cycles cycle, const Between& between = {});
  Stopped go_to_event(u64 event, const Between& between = {});
  Stopped run(const Between& between = {});
  Stopped run_to(Gva address, const Between& between = {});
  /// To after the next event of a kind: "exit", "trap" (a delivered one too) or "hole".
  Result<Stopped> run_to_event(const std::string& kind, const Between& between = {});
  /// To after the next exit of a name as reports have it ("PAGE_FAULT hidden"); "" is any. Backwards: to after the last one
  /// before this position. Errors: the guest runs on the bare machine; backwards, there is none.
  Result<Stopped> run_to_exit(const std::string& name, const Between& between = {});
  Result<Stopped> back_to_exit(const std::string& name, const Between& between = {});
  Stopped reverse(const Between& between = {});
  Stopped stay() const;

  /// Error: the run has ended, so nobody would read it.
  Result<void> type(const std::string& text);

  // Breakpoints and watchpoints.
  const std::set<u32>& breakpoints() const { return machine().breakpoints(); }
  /// Error: no instruction can begin there.
  Result<void> add_breakpoint(Gva address);
  bool remove_breakpoint(Gva address);
  Result<void> add_watchpoint(Gva address, u32 bytes);
  bool remove_watchpoint(Gva address) { return history_->remove_watchpoint(address); }

  /// Names that commands may ask for: symbols and registers.
  std::vector<std::string> names() const;

  /// The last writer of what `word` names: a register, privileged ones too, or memory at an
  /// address. Nothing if it was not written since the start. Errors: a name that is none, memory
  /// that is not mapped.
  Result<std::optional<WriterView>> last_writer(const std::string& word);

 private:
  Debugger(std::unique_ptr<Session> session, u64 history);
  const vmm::AnyMachine& machine() const { return session_->any_machine(); }
  Result<std::optional<Writer>> last_memory_writer(const std::string& word);
  Stopped stopped(std::string kind, std::string why) const;
  Stopped after_run(vmm::Stop why, bool between_stopped) const;
  Stopped after_move(bool reached, const std::string& where) const;
  Result<void> expect_exits() const;

  std::unique_ptr<Session> session_;
  std::unique_ptr<Timeline> timeline_;
  std::unique_ptr<History> history_;
  std::unique_ptr<const Lens> lens_;
};

}  // namespace ringside::session
