// The event log: everything that happens to the guest besides its own instructions.
#pragma once

#include <vector>

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
  kEnd,        ///< the run ended; a: exit code
};

/// One event. Machine, VM and vcpu say where; cycle and instruction when.
struct Event {
  EventKind kind;
  u8 vm = 0, vcpu = 0;
  u8 detail = 0;
  u32 pc = 0;
  u32 a = 0, b = 0;
  Cycles cycle = 0;
  u64 step = 0;  ///< machine steps before the one that it came in; the log fills it in
};

class EventLog {
 public:
  /// Whether events are kept or only counted and hashed.
  void keep(bool keep) { keep_ = keep; }

  void add(const Event& event) {
    ++count_;
    hash_ = hash_mix(hash_, u64{static_cast<u8>(event.kind)} << 56 | u64{event.detail} << 48 |
                                u64{event.vm} << 40 | u64{event.vcpu} << 32 | event.pc);
    hash_ = hash_mix(hash_, u64{event.a} << 32 | event.b);
    hash_ = hash_mix(hash_, event.cycle);
    if (!keep_) return;
    events_.push_back(event);
    events_.back().step = step_;
  }
  /// Events to come belong to the step after so many.
  void set_step(u64 steps) { step_ = steps; }

  /// Events so far; an event's ordinal is its index.
  u64 count() const { return count_; }
  /// The trace hash: of all events in order.
  u64 hash() const { return hash_; }
  const std::vector<Event>& events() const { return events_; }

  /// Goes back to an earlier moment.
  void rewind(u64 count, u64 hash) {
    count_ = count;
    hash_ = hash;
    if (events_.size() > count) events_.resize(count);
  }

 private:
  std::vector<Event> events_;
  u64 count_ = 0;
  u64 hash_ = 0;
  u64 step_ = 0;
  bool keep_ = false;
};

}  // namespace ringside::vmm
