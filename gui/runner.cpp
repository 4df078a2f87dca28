#include "gui/runner.hpp"

#include <utility>

namespace ringside::gui {

Runner::Runner() : thread_([this] { serve(); }) {}

Runner::~Runner() {
  resume();
  {
    const std::lock_guard lock(mutex_);
    quit_ = stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Runner::start(Job job) {
  {
    const std::lock_guard lock(mutex_);
    job_ = std::move(job);
    stop_ = hold_ = false;
    state_ = State::kRunning;
  }
  busy_ = true;
  changed_.notify_all();
}

bool Runner::collect(Patience patience) {
  std::unique_lock lock(mutex_);
  if (!busy_ || !changed_.wait_for(lock, patience, [&] { return state_ == State::kDone; })) return false;
  state_ = State::kIdle;
  busy_ = false;
  return true;
}

void Runner::stop() {
  const std::lock_guard lock(mutex_);
  stop_ = true;
}

bool Runner::hold(Patience patience) {
  std::unique_lock lock(mutex_);
  if (holding_ || state_ != State::kRunning) return holding_;
  hold_ = true;
  holding_ = changed_.wait_for(lock, patience, [&] { return state_ != State::kRunning; }) && state_ == State::kHeld;
  if (!holding_) hold_ = false;
  return holding_;
}

void Runner::resume() {
  {
    const std::lock_guard lock(mutex_);
    hold_ = holding_ = false;
  }
  changed_.notify_all();
}

bool Runner::between() {
  std::unique_lock lock(mutex_);
  if (hold_) {
    state_ = State::kHeld;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !hold_; });
    state_ = State::kRunning;
  }
  return !stop_;
}

void Runner::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return quit_ || state_ == State::kRunning; });
    if (quit_) return;
    const Job job = std::exchange(job_, {});
    lock.unlock();
    job([this] { return between(); });
    lock.lock();
    state_ = State::kDone;
    changed_.notify_all();
  }
}

}  // namespace ringside::gui
