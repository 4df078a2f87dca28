// Something that takes long beside the model's machine: in a thread of its own, with progress, and to be stopped.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "gui/runner.hpp"

namespace ringside::gui {

/// How many run: while one does, frames are drawn though nobody touches anything. Of the window's thread alone.
int& chores_running();

/// `T` is what comes out of it. It must not touch what the window's thread uses: it gets copies.
template <class T>
class Chore {
 public:
  /// Says what is being done, and which share of all is done; false once it is to stop.
  using Tell = std::function<bool(const std::string& what, double done)>;
  using Job = std::function<T(const Tell&)>;

  Chore() = default;
  ~Chore() {
    if (busy()) --chores_running();
  }
  Chore(const Chore&) = delete;
  Chore& operator=(const Chore&) = delete;

  bool busy() const { return runner_ && runner_->busy(); }
  /// Ignored while another runs.
  void start(Job job) {
    if (busy()) return;
    if (!runner_) runner_ = std::make_unique<Runner>();
    tell("", 0);
    ++chores_running();
    runner_->start([this, job = std::move(job)](const Runner::Between& between) {
      result_ = job([&](const std::string& what, double done) { return tell(what, done), between(); });
    });
  }
  void stop() {
    if (busy()) runner_->stop();
  }
  /// To be called in each frame: the result, once.
  std::optional<T> take() {
    if (!busy() || !runner_->collect(Runner::Patience(0))) return std::nullopt;
    --chores_running();
    return std::exchange(result_, std::nullopt);
  }
  std::string doing() const {
    const std::lock_guard lock(mutex_);
    return what_;
  }
  double done() const {
    const std::lock_guard lock(mutex_);
    return done_;
  }

 private:
  void tell(const std::string& what, double done) {
    const std::lock_guard lock(mutex_);
    what_ = what, done_ = done;
  }

  mutable std::mutex mutex_;
  std::string what_;
  double done_ = 0;
  std::optional<T> result_;
  std::unique_ptr<Runner> runner_;  ///< last: its thread ends before the rest does
};

}  // namespace ringside::gui
