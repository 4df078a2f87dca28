// A thread that does one long thing at a time, can be stopped, and can be held for a moment so that somebody may look.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace ringside::gui {

class Runner {
 public:
  using Between = std::function<bool()>;
  /// Calls what it is given every few milliseconds, and returns soon after that said false.
  using Job = std::function<void(const Between&)>;
  using Patience = std::chrono::microseconds;

  Runner();
  /// Stops what runs and waits for it.
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// REQUIRES: not busy().
  void start(Job job);
  /// Whether there is a job that was not collected.
  bool busy() const { return busy_; }
  /// Waits for its end, but not longer than this; true once it is over, and then it is collected.
  bool collect(Patience patience);
  /// Asks the job to end.
  void stop();

  /// Asks the job to hold at its next between, and waits for that, but not longer than this. True while it holds:
  /// until resume() what the job works on belongs to the caller.
  bool hold(Patience patience);
  void resume();
  bool holding() const { return holding_; }

 private:
  void serve();
  bool between();

  enum class State { kIdle, kRunning, kHeld, kDone };
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::kIdle;
  Job job_;
  bool stop_ = false, hold_ = false, quit_ = false;
  bool busy_ = false, holding_ = false;  ///< of the caller's thread alone
  std::thread thread_;
};

}  // namespace ringside::gui
