#include "session/history.hpp"

#include <algorithm>

namespace ringside::session {

using vmm::Limits;
using vmm::Stop;

namespace {
// However large the history may be, more snapshots than this help nobody.
constexpr std::size_t kMostSnapshots = 200;
constexpr u64 kNever = ~u64{0};

// To copy a byte, and to find its page written again, takes about as long as half a step: so a run that is recorded is a
// sixteenth slower at the most.
constexpr u64 kStepsForByte = 8;
// But whoever goes back does not want to wait for so many steps to be done again.
constexpr u64 kWidest = 32;

// Of the memory for going back the event log has a part, but never less than a few megabytes.
constexpr u64 kLogShare = 4, kFewestEvents = 1u << 16;

u64 distance(u64 a, u64 b) {
  return a > b ? a - b : b - a;
}
}  // namespace

History::History(vmm::AnyMachine& machine, u64 bytes, u64 interval)
    : machine_(machine), lens_(make_lens(machine)), taker_(machine), limit_(bytes - bytes / kLogShare), interval_(interval), spacing_(interval) {
  machine_.log().keep(true);
  machine_.log().keep_at_most(std::max(bytes / kLogShare / sizeof(vmm::Event), kFewestEvents));
  snapshot();
  arrive();
}

// --- snapshots ---

// Host memory that dropping a snapshot would free. A copy of a page is shared along an unbroken run
// of snapshots, so the neighbours tell.
u64 History::own_bytes(Slots::const_iterator which) const {
  const vmm::Snapshot& own = *which->second;
  const auto after = std::next(which);
  const auto shared_with = [&](const Slots::const_iterator& other, u64 page) {
    return other->second->pages[page] == own.pages[page];
  };
  u64 bytes = own.bytes();
  for (u64 page = 0; page < own.pages.size(); ++page) {
    if (!own.pages[page]) continue;
    if (which != snapshots_.begin() && shared_with(std::prev(which), page)) continue;
    if (after != snapshots_.end() && shared_with(after, page)) continue;
    bytes += kPageSize;
  }
  return bytes;
}

void History::snapshot() {
  const auto [slot, fresh] = snapshots_.try_emplace(machine_.steps());
  if (!fresh) return;
  slot->second = taker_.take();
  const u64 bytes = own_bytes(slot);
  used_ += bytes;
  if (snapshots_.size() > 1) spacing_ = std::clamp(kStepsForByte * bytes, interval_, kWidest * interval_);
  thin();
}

History::Slots::iterator History::drop(Slots::iterator which) {
  used_ -= own_bytes(which);
  return snapshots_.erase(which);
}

// Drops the snapshot that will be missed least: the one whose neighbours are closest together in
// relation to how far from here it lies. So their distances grow geometrically.
void History::thin() {
  while (snapshots_.size() > 2 && (used_ > limit_ || snapshots_.size() > kMostSnapshots)) {
    auto least = snapshots_.end();
    double least_loss = 0;
    for (auto it = std::next(snapshots_.begin()); std::next(it) != snapshots_.end(); ++it) {
      const double gap = static_cast<double>(std::next(it)->first - std::prev(it)->first);
      const double loss =
          gap / static_cast<double>(distance(machine_.steps(), it->first) + interval_);
      if (least == snapshots_.end() || loss < least_loss) least = it, least_loss = loss;
    }
    drop(least);
  }
}

// Restores the last snapshot that meets the condition; the first one always does. With
// `ahead_only`, only where that saves a way.
void History::restore_last(auto condition, bool ahead_only) {
  const vmm::Snapshot* best = snapshots_.begin()->second.get();
  for (const auto& [step, snapshot] : snapshots_)
    if (condition(*snapshot)) best = snapshot.get();
  if (!ahead_only || best->steps > machine_.steps()) taker_.restore(*best);
}

// One more where the run is new; and, where they are thin, near to where somebody is going, who may
// want to look around there.
bool History::wants_snapshot(u64 target) const {
  const u64 here = machine_.steps();
  const u64 nearest = std::prev(snapshots_.upper_bound(here))->first;
  const bool there_soon = target - here < 2 * interval_;
  if (here - nearest < (there_soon ? interval_ : spacing_)) return false;
  return snapshots_.rbegin()->first < here || there_soon;
}

// --- what was recorded ---

// A replay that passes a snapshot must look as the run did there.
void History::check_passing() {
  const auto known = snapshots_.find(machine_.steps());
  if (known == snapshots_.end()) return;
  const vmm::Snapshot& then = *known->second;
  const bool same = then.cycles == machine_.cycles() && then.trace_hash == machine_.log().hash() &&
                    then.instructions == machine_.instructions() &&
                    then.cpu_hash == machine_.cpu_hash();
  if (!same) diverged_ = true;
}

// Records the position where somebody stops, or compares it with what was recorded there.
void History::arrive() {
  const Mark now{machine_.state_hash(), machine_.log().hash()};
  const auto [known, fresh] = marks_.try_emplace(machine_.steps(), now);
  if (!fresh &&
      (known->second.state_hash != now.state_hash || known->second.trace_hash != now.trace_hash))
    diverged_ = true;
}

// --- changes from outside ---

u64 History::next_change() const {
  for (const Changed& each : changes_)
    if (each.step > machine_.steps()) return each.step;
  return kNever;
}

void History::replay_changes() {
  for (const Changed& each : changes_)
    if (each.step == machine_.steps()) make(each.change);
}

void History::make(const Change& change) {
  change();
  machine_.note_change();
}

void History::type(std::string_view text) {
  change([&machine = machine_, typed = std::string(text)] { machine.type(typed); });
}

// A position is what it is after the changes made there; what came later belongs to a future that
// is no more.
void History::change(Change change) {
  const u64 here = machine_.steps();
  std::erase_if(changes_, [&](const Changed& each) { return each.step > here; });
  for (auto it = snapshots_.lower_bound(here); it != snapshots_.end();) it = drop(it);
  marks_.erase(marks_.lower_bound(here), marks_.end());
  machine_.log().change_future();
  make(change);
  changes_.push_back({here, std::move(change)});
  snapshot();
  arrive();
}

// --- running ---

bool History::out_of_bounds() const {
  return (bounds_.instructions != 0 && machine_.instructions() >= bounds_.instructions) ||
         (bounds_.cycles != 0 && machine_.cycles() >= bounds_.cycles);
}

// Limits that may not end the run, for then a position would not say whether it has ended.
Limits History::bounded(Limits to) const {
  to.instructions = to.cycles = 0;
  if (bounds_.cycles != 0)
    to.pause_at = to.pause_at == 0 ? bounds_.cycles : std::min(to.pause_at, bounds_.cycles);
  return to;
}

// Steps that cannot lead past the bound: one completes an instruction at the most.
u64 History::room() const {
  return bounds_.instructions == 0 ? interval_ : bounds_.instructions - machine_.instructions();
}

// A guest that waits for input waits for as many steps as it did the first time.
bool History::goes_on_waiting(u64 target) const {
  const u64 ahead = std::min(target, next_change());
  return machine_.waits_for_input() && ahead != kNever && machine_.steps() < ahead;
}

// Runs up to a place where a change may be due, and makes that.
Stop History::run_piece(const Limits& to, u64 target) {
  const u64 here = machine_.steps();
  const Stop why = machine_.run(to);
  if (machine_.steps() != here) replay_changes();
  if (why == Stop::kInput && goes_on_waiting(target)) {
    machine_.step();
    replay_changes();
    return Stop::kLimit;
  }
  check_passing();
  return why == Stop::kInput && !machine_.waits_for_input() ? Stop::kLimit : why;
}

// Runs in pieces, so that snapshots are taken and changes are made again at their places.
Stop History::advance(Limits to, const Between& between) {
  const u64 target = to.steps == 0 ? kNever : to.steps;
  to = bounded(to);
  for (;;) {
    if (out_of_bounds()) return Stop::kLimit;
    const u64 here = machine_.steps();
    const u64 next = std::min({target, next_change(), here + interval_, here + room()});
    to.steps = next;
    const Stop why = run_piece(to, target);
    if (why != Stop::kLimit || machine_.steps() == target) return why;
    if (to.pause_at != 0 && machine_.cycles() >= to.pause_at) return why;
    if (to.events != 0 && machine_.log().count() >= to.events) return why;
    if (machine_.steps() == next && wants_snapshot(target)) snapshot();
    if (between && !between()) return Stop::kLimit;
  }
}

void History::advance_past_stops(Limits to, const Between& between) {
  for (;;) {
    const Stop why = advance(to, between);
    const bool there = to.steps != 0 && machine_.steps() >= to.steps;
    if (there || (why != Stop::kBreakpoint && why != Stop::kWatchpoint)) return;
    // It may have stopped for another reason in the very place.
    if (to.pause_at != 0 && machine_.cycles() >= to.pause_at) return;
    if (to.events != 0 && machine_.log().count() >= to.events) return;
  }
}

Stop History::run(Limits limits, const Between& between) {
  const Stop why = advance(limits, between);
  arrive();
  return why;
}

Stop History::run_to_event(const std::function<bool(const vmm::Event&)>& wanted, Limits limits,
                           bool* found, const Between& between) {
  const vmm::EventLog& log = machine_.log();
  u64 seen = log.count();
  bool going = true;
  const Between watch = [&] { return going = !between || between(); };
  Stop why = Stop::kLimit;
  *found = false;
  while (!*found && why == Stop::kLimit && going) {
    limits.events = seen + 1;
    why = advance(limits, watch);
    if (log.count() == seen) break;  // another limit
    for (; seen < log.count(); ++seen) *found = *found || wanted(log.at(seen));
  }
  arrive();
  return *found ? Stop::kLimit : why;
}

// --- positions ---

// From a snapshot, unless the present is nearer. Whoever arrives is told what happened in the last
// step: where the log has forgotten that, it is done again.
void History::move_to(u64 step, const Between& between) {
  const vmm::EventLog& log = machine_.log();
  const auto on_the_way = [&](const vmm::Snapshot& s) {
    return s.steps < step || (s.steps == step && (s.events == 0 || log.holds(s.events - 1)));
  };
  restore_last(on_the_way, step >= machine_.steps());
  if (step > machine_.steps()) advance_past_stops({.steps = step}, between);
}

void History::go_to_step(u64 step, const Between& between) {
  move_to(step, between);
  arrive();
}

void History::go_to_cycle(Cycles cycle, const Between& between) {
  restore_last([&](const vmm::Snapshot& s) { return s.cycles < cycle; }, cycle > machine_.cycles());
  if (cycle > machine_.cycles()) advance_past_stops({.pause_at = cycle}, between);
  arrive();
}

void History::go_to_event(u64 event, const Between& between) {
  restore_last([&](const vmm::Snapshot& s) { return s.events <= event; },
               event >= machine_.log().count());
  advance_past_stops({.events = event + 1}, between);
  arrive();
}

bool History::back() {
  if (machine_.steps() == snapshots_.begin()->first) return false;
  go_to_step(machine_.steps() - 1);
  return true;
}

// --- backwards ---

// The last stop in (from, to] that lies before `before`. What lies at `from` was seen by the window
// before.
std::optional<std::pair<u64, Stop>> History::last_stop(u64 from, u64 to, u64 before,
                                                       const Between& between) {
  std::optional<std::pair<u64, Stop>> last;
  move_to(from, {});
  while (machine_.steps() < to) {
    const Stop why = advance({.steps = to}, between);
    const bool stop = why == Stop::kBreakpoint || why == Stop::kWatchpoint;
    if (stop && machine_.steps() < before) last = {machine_.steps(), why};
    if (!stop) break;
  }
  return last;
}

Stop History::reverse(const Between& between) {
  bool going = true;
  const Between watch = [&] { return going = !between || between(); };
  const u64 here = machine_.steps();
  std::vector<u64> edges{here};
  for (auto it = snapshots_.rbegin(); it != snapshots_.rend(); ++it)
    if (it->first < here) edges.push_back(it->first);
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const auto found = last_stop(edges[i + 1], edges[i], here, watch);
    // Between windows too, for a window may be a single piece.
    if (!going || (!found && !watch())) return arrive(), Stop::kLimit;
    if (!found) continue;
    go_to_step(found->first);
    return found->second;
  }
  go_to_step(edges.back());
  return Stop::kLimit;
}

}  // namespace ringside::session
