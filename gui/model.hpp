// What the window shows and moves: a debugger with its session. Moves run in a thread of their own, so that the window
// never freezes; while one runs, the machine is held a few times a second for whoever wants to look.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "gui/runner.hpp"
#include "session/debugger.hpp"

namespace ringside::gui {

class Model {
 public:
  /// Errors: as Debugger::open.
  static Result<std::unique_ptr<Model>> open(const session::Options& options);
  explicit Model(session::Debugger debugger);
  /// Opens another guest, or the same one otherwise, in place of this one. Errors: as open(); then all stays.
  Result<void> reopen(const session::Options& options);

  // --- looking ---

  /// Whether the machine stands, or is held for this frame. Only then may anybody look at the session.
  bool can_look() const { return !runner_.busy() || runner_.holding(); }
  /// REQUIRES: can_look().
  const session::Session& session() const { return debugger_->session(); }
  const session::Debugger& debugger() const { return *debugger_; }
  /// What it was opened with; always.
  const session::Options& options() const { return options_; }
  /// "zisa-v", "x86".
  const std::string& isa() const { return isa_; }
  /// Another number whenever there may be something else to see.
  u64 generation() const { return generation_; }
  /// Moves that have come to a stand.
  u64 moves() const { return moves_; }
  /// Where it came to stand last, and why.
  const session::Stopped& stopped() const { return stopped_; }
  /// Address of the instruction that was executed last, where that is known.
  std::optional<u32> previous() const { return previous_; }
  /// What went wrong with the last command, in words; empty if nothing did.
  const std::string& trouble() const { return trouble_; }
  void complain(std::string text) { trouble_ = std::move(text); }

  // --- while it moves ---

  bool running() const { return runner_.busy(); }
  /// "running", "going back": what it is about.
  const std::string& doing() const { return doing_; }
  session::Session::Progress progress() const { return {instructions_, cycles_}; }
  /// Instructions a second.
  double rate() const;
  void stop() { stopping_ = true, runner_.stop(); }

  // --- moving; each is ignored while another runs ---

  using Move = std::function<Result<session::Stopped>(session::Debugger&, const Runner::Between&)>;
  /// Any move: `doing` says what it is. Others below are this one.
  void move(std::string doing, Move move);
  void step(u64 count = 1);
  void back(u64 count = 1);
  void run();
  void reverse();
  void run_to(Gva address);
  void run_to_event(const std::string& kind);
  void go_to_step(u64 step);
  void go_to_cycle(Cycles cycle);
  void go_to_event(u64 event);

  /// Types at the guest's console. A run is interrupted for it and goes on; so does one that waited for input.
  void type(const std::string& text);
  void toggle_breakpoint(Gva address);
  /// Does something to the debugger at once, and has everything looked at anew. REQUIRES: not running().
  void change(const std::function<Result<void>(session::Debugger&)>& change);

  // --- the window's frames ---

  /// At the beginning of a frame: takes in what has finished, or has the machine held for a look now and then.
  void begin_frame();
  /// When all have looked.
  void end_looks() { runner_.resume(); }
  /// Waits until nothing runs: for scripts and tests.
  void settle();

 private:
  void begin(std::string doing, Move move);
  void take_in();
  void after(Result<session::Stopped> result);

  std::unique_ptr<session::Debugger> debugger_;
  session::Options options_;
  std::string isa_;
  session::Stopped stopped_;
  std::optional<u32> previous_;
  std::string trouble_, doing_;
  std::string input_;  ///< typed while the guest ran, to be offered
  Move going_;         ///< the move that runs
  std::optional<Result<session::Stopped>> result_;
  bool stopping_ = false;  ///< the user wants the move to end
  u64 generation_ = 1, moves_ = 0;
  std::chrono::steady_clock::time_point started_{}, looked_{};
  u64 started_at_ = 0;  ///< instructions
  std::atomic<u64> instructions_ = 0, cycles_ = 0;
  Runner runner_;  ///< last: its thread ends before the rest does
};

}  // namespace ringside::gui
