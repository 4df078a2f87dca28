#include "cli/run_guest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/frame.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"
#include "session/trace.hpp"

namespace ringside::cli {

using session::Session;

namespace {

constexpr u64 kInteractiveSlice = 1u << 20;  // steps: keys are answered at once
constexpr u64 kTraceSlice = 1u << 17;        // its events are a few megabytes
constexpr char kCtrlA = 0x01, kCtrlC = 0x03;

/// What of a guest's console was not printed yet.
class ConsoleMirror {
 public:
  ConsoleMirror(const Session& session, bool on, std::size_t guest)
      : session_(session), on_(on), guest_(guest) {}
  /// Gives the guest's lines to stdout; `before` is called if there is something.
  template <class F>
  void flush(F before) {
    if (!on_) return;
    if (session_.guests() > 1) return flush_lines(before, session_.ended());
    const std::string text = session_.console(printed_);
    if (text.empty()) return;
    before();
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
    printed_ += text.size();
    last_ = text.back();
  }
  bool at_line_start() const { return last_ == '\n'; }

 private:
  // Of several guests whole lines, each with the number of the guest that it is from.
  template <class F>
  void flush_lines(F before, bool all) {
    std::string text = session_.console(printed_, guest_);
    if (!all) text.resize(text.rfind('\n') + 1);  // npos + 1 is 0
    if (text.empty()) return;
    before();
    printed_ += text.size();
    std::string_view rest = text;
    while (!rest.empty()) {
      const auto line = rest.substr(0, rest.find('\n'));
      fmt::print("[{}] {}\n", guest_, line);
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    std::fflush(stdout);
  }

  const Session& session_;
  bool on_;
  std::size_t guest_;
  std::size_t printed_ = 0;
  char last_ = '\n';
};

class Watch {
 public:
  Watch(Session& session, const Watching& watching)
      : session_(session),
        progress_("", !watching.interactive) {
    for (std::size_t guest = 0; guest < session.guests(); ++guest)
      consoles_.emplace_back(session, watching.console, guest);
    if (watching.interactive) {
      say("what you type goes to the guest; Ctrl+C ends the run");
      terminal_.emplace();
    }
    if (watching.trace) trace_.emplace(*watching.trace, session);
  }

  void run() {
    const u64 slice = trace_ ? kTraceSlice : terminal_ ? kInteractiveSlice : Session::kSlice;
    while (!session_.ended()) {
      session_.run([this] { return between(); }, slice);
      show_console();
      if (!session_.ended() && session_.waits_for_input()) wait_for_input();
    }
    if (trace_) trace_->finish();
    progress_.clear();
    // The report begins a line of its own.
    if (!at_line_start() && stderr_is_terminal()) std::fputc('\n', stderr);
  }

 private:
  void show_console() {
    for (ConsoleMirror& each : consoles_) each.flush([this] { progress_.clear(); });
  }
  bool at_line_start() const {
    return std::all_of(consoles_.begin(), consoles_.end(),
                       [](const auto& each) { return each.at_line_start(); });
  }

  bool between() {
    show_console();
    if (at_line_start()) progress_.show(session_.progress());
    if (trace_) trace_->write_new();
    if (InterruptWatch::interrupted()) session_.stop("Ctrl+C was pressed");
    if (terminal_) take(terminal_->keys(0));
    return !session_.ended();
  }

  void wait_for_input() {
    if (InterruptWatch::interrupted()) return session_.stop("Ctrl+C was pressed");
    if (!terminal_) return session_.stop("the guest waits for input that was not recorded");
    take(terminal_->keys(-1));
  }

  void take(const std::optional<std::string>& keys) {
    if (!keys) return session_.stop("the terminal was closed");
    std::string text;
    for (const char key : *keys) {
      const bool leave = key == kCtrlC || (after_ctrl_a_ && key == 'x');
      if (leave) return session_.stop("the user ended it from the keyboard");
      // Ctrl+A twice is one for the guest.
      if (key != kCtrlA || after_ctrl_a_) text += key;
      after_ctrl_a_ = key == kCtrlA && !after_ctrl_a_;
    }
    if (!text.empty()) session_.type(text);
  }

  Session& session_;
  std::vector<ConsoleMirror> consoles_;
  Progress progress_;
  std::optional<RawTerminal> terminal_;
  std::optional<session::TraceWriter> trace_;
  bool after_ctrl_a_ = false;
};

}  // namespace

void run_watched(Session& session, const Watching& watching) {
  const InterruptWatch interrupts;
  Watch(session, watching).run();
}

}  // namespace ringside::cli
