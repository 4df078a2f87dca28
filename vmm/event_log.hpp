// The event log: everything that happens to the guest besides its own instructions.
#pragma once

#include <deque>

#include "base/hash.hpp"
#include "base/types.hpp"

namespace ringside::vmm {

enum class EventKind : u8 {
  kExit,       ///< detail: reason; a: detail of the reason
  kEntry,      ///< back in the guest
  kTrap,       ///< bare: a: cause
  kInject,     ///< the VMM delivered a trap or interrupt; a: cause
  kHole,       ///< a sensitive instruction ran untrapped and lied; detail: row; a: got, b: bare metal
  kDevice,     ///< a device finished something (DMA, interrupt)
  kInput,      ///< the user typed; a: bytes
  kIdle,       ///< a wait ended; a, b: cycles waited, low and high
  kEnd,        ///< the VM ended; a: exit code
  kSwitch,     ///< the VMM switched worlds, to the VM that this event names
};

/// One event. Machine, VM and vcpu say where; cycle and instruction when.
struct Event {
  EventKind kind;
  u8 vm = 0, vcpu = 0;  ///< the log fills in the VM
  u8 detail = 0;
  u32 pc = 0;
  u32 a = 0, b = 0;
  Cycles cycle = 0;
  u64 step = 0;  ///< machine steps before the one that it came in; the log fills it in
};

/// Somebody who is told of events as they come; of those that a replay brings again, again.
class EventObserver {
 public:
  virtual ~EventObserver() = default;
  /// `event` with all that the log fills in.
  virtual void happened(u64 ordinal, const Event& event) = 0;
  /// What was told from this ordinal on will not come again: the run is another one now.
  virtual void forget_from(u64 ordinal) = 0;
};

class EventLog {
 public:
  /// Tells this one from now on; null for nobody. It must outlive the log, or be taken away before.
  void tell(EventObserver* observer) { observer_ = observer; }
  /// Somebody changed the run here: what came after this moment is no more.
  void change_future() {
    if (observer_) observer_->forget_from(count_);
  }

  /// Whether events are kept or only counted and hashed.
  void keep(bool keep) { keep_ = keep; }
  /// Of those that are kept, only the last so many: a run may have more than memory could hold.
  void keep_at_most(u64 events) { most_ = events; }
  /// Forgets what is kept: somebody has written it away.
  void forget() { events_.clear(); }

  void add(const Event& event) {
    ++count_;
    hash_ = hash_mix(hash_, u64{static_cast<u8>(event.kind)} << 56 | u64{event.detail} << 48 |
                                u64{vm_} << 40 | u64{event.vcpu} << 32 | event.pc);
    hash_ = hash_mix(hash_, u64{event.a} << 32 | event.b);
    hash_ = hash_mix(hash_, event.cycle);
    if (keep_ || observer_) put(event);
  }
  /// Events to come belong to the step after so many, and to this VM.
  void set_step(u64 steps) { step_ = steps; }
  void set_vm(u8 vm) { vm_ = vm; }

  /// Events so far; the first has ordinal 0.
  u64 count() const { return count_; }
  /// The trace hash: of all events in order.
  u64 hash() const { return hash_; }
  /// Those that are kept: the last ones, from ordinal first() on.
  const std::deque<Event>& events() const { return events_; }
  u64 first() const { return count_ - events_.size(); }
  bool holds(u64 ordinal) const { return ordinal >= first() && ordinal < count_; }
  /// The event of that ordinal, which must be held.
  const Event& at(u64 ordinal) const { return events_[ordinal - first()]; }

  /// Goes to another moment of the run. What is kept has no gaps: nothing of what was skipped on the
  /// way forwards, nothing of what comes later on the way back.
  void rewind(u64 count, u64 hash) {
    const u64 later = count < count_ ? count_ - count : 0;
    if (count > count_ || later > events_.size())
      events_.clear();
    else
      events_.resize(events_.size() - later);
    count_ = count;
    hash_ = hash;
  }

 private:
  void put(Event event) {
    event.vm = vm_;
    event.step = step_;
    if (observer_) observer_->happened(count_ - 1, event);
    if (!keep_) return;
    events_.push_back(event);
    if (events_.size() > most_) events_.pop_front();
  }

  std::deque<Event> events_;
  EventObserver* observer_ = nullptr;
  u64 most_ = ~u64{0};
  u64 count_ = 0;
  u64 hash_ = 0;
  u64 step_ = 0;
  u8 vm_ = 0;
  bool keep_ = false;
};

}  // namespace ringside::vmm
