// A line on stderr for those who wait: in a terminal alone, once it takes longer than two seconds.
#pragma once

#include <chrono>
#include <string>

#include "session/session.hpp"

namespace ringside::cli {

class Progress {
 public:
  /// `label` says what is being done; may be empty. Shows nothing where `on` is false.
  explicit Progress(std::string label = "", bool on = true);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Something else is done from now on, and its name is shown at once.
  void begin(const std::string& label);
  /// To be called now and then: writes the line anew where it is time for that.
  void show(const session::Session::Progress& now);
  /// The same of work that has no cycles: "12 of 200", behind the label.
  void show(u64 done, u64 of);
  /// Takes the line away, so that something else can be written.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool due();
  void write(const std::string& text);

  std::string label_;
  bool on_;
  bool visible_ = false;
  Clock::time_point start_ = Clock::now(), shown_ = start_;
};

}  // namespace ringside::cli
