#include "session/history.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "isa/zisa/decode.hpp"

namespace ringside::session {

using vmm::Limits;

namespace {
// Steps between snapshots: a replay over that distance takes some milliseconds.
constexpr u64 kInterval = 1u << 20;
// However large the history may be, more snapshots than this help nobody.
constexpr std::size_t kMostSnapshots = 200;
constexpr u64 kNever = ~u64{0};
}  // namespace

History::History(vmm::Machine& machine, u64 bytes)
    : machine_(machine), taker_(machine), limit_(bytes) {
  snapshot();
}

// --- snapshots ---

void History::snapshot() {
  auto& slot = snapshots_[machine_.steps()];
  if (slot) return;
  slot = taker_.take();
  used_ += slot->bytes();
  thin();
}

// Drops the snapshot that will be missed least: the one whose neighbours are closest together in relation
// to how far back it lies. So their distances grow geometrically with age.
void History::thin() {
  while (snapshots_.size() > 2 && (used_ > limit_ || snapshots_.size() > kMostSnapshots)) {
    const u64 now = machine_.steps();
    auto least = snapshots_.end();
    double least_loss = 0;
    for (auto it = std::next(snapshots_.begin()); std::next(it) != snapshots_.end(); ++it) {
      const double gap = static_cast<double>(std::next(it)->first - std::prev(it)->first);
      const double loss = gap / static_cast<double>(now - it->first + kInterval);
      if (least == snapshots_.end() || loss < least_loss) least = it, least_loss = loss;
    }
    used_ -= least->second->bytes();
    snapshots_.erase(least);
  }
}

// Restores the last snapshot that meets the condition; the first one always does.
void History::restore_before(auto condition) {
  const vmm::Snapshot* best = snapshots_.begin()->second.get();
  for (const auto& [step, snapshot] : snapshots_)
    if (condition(*snapshot)) best = snapshot.get();
  taker_.restore(*best);
}

// --- marks: hashes of the positions where the run was stopped ---

void History::mark() { marks_[machine_.steps()] = {machine_.state_hash(), machine_.log().hash()}; }

void History::check() {
  const auto known = marks_.find(machine_.steps());
  if (known == marks_.end()) return;
  if (known->second.state_hash != machine_.state_hash() ||
      known->second.trace_hash != machine_.log().hash())
    diverged_ = true;
}

// --- moving ---

u64 History::next_input() const {
  for (const Typed& each : typed_)
    if (each.step > machine_.steps()) return each.step;
  return kNever;
}

void History::replay_input() {
  for (const Typed& each : typed_)
    if (each.step == machine_.steps()) machine_.type(each.text);
}

void History::type(std::string_view text) {
  // What was typed later belongs to a future that is no more.
  std::erase_if(typed_, [&](const Typed& each) { return each.step > machine_.steps(); });
  for (auto it = snapshots_.upper_bound(machine_.steps()); it != snapshots_.end();) {
    used_ -= it->second->bytes();
    it = snapshots_.erase(it);
  }
  marks_.erase(marks_.lower_bound(machine_.steps()), marks_.end());
  typed_.push_back({machine_.steps(), std::string(text)});
  machine_.type(text);
}

// Runs in pieces, so that snapshots are taken and input is typed again at their places.
void History::advance(Limits limits) {
  const u64 target = limits.steps == 0 ? kNever : limits.steps;
  for (;;) {
    const u64 start = machine_.steps();
    const u64 next = std::min({target, next_input(), start + kInterval});
    limits.steps = next;
    machine_.run(limits);
    if (machine_.steps() != start) replay_input();
    if (machine_.steps() != next || next == target || machine_.ending()) return;
    if (snapshots_.rbegin()->first + kInterval <= machine_.steps()) snapshot();
  }
}

void History::run(Limits limits) {
  mark();
  advance(limits);
  check();
  mark();
}

void History::go_to_step(u64 step) {
  mark();
  if (step < machine_.steps())
    restore_before([&](const vmm::Snapshot& s) { return s.steps <= step; });
  if (step > machine_.steps()) advance({.steps = step});
  check();
}

void History::go_to_cycle(Cycles cycle) {
  mark();
  if (cycle <= machine_.cycles())
    restore_before([&](const vmm::Snapshot& s) { return s.cycles < cycle; });
  if (cycle > machine_.cycles()) advance({.pause_at = cycle});
  check();
}

void History::go_to_event(u64 event) {
  mark();
  if (event < machine_.log().count())
    restore_before([&](const vmm::Snapshot& s) { return s.events <= event; });
  advance({.events = event + 1});
  check();
}

bool History::back() {
  if (machine_.steps() == 0) return false;
  go_to_step(machine_.steps() - 1);
  return true;
}

// --- looking back ---

// Steps from one position to another and asks `seen` about each step; the last that it names is found.
template <class Seen>
std::optional<Writer> History::scan(u64 from, u64 to, Seen& seen) {
  restore_before([&](const vmm::Snapshot& s) { return s.steps <= from; });
  if (machine_.steps() < from) advance({.steps = from});
  std::optional<Writer> found;
  cpu::Effects effects;
  machine_.record(&effects);
  while (machine_.steps() < to) {
    effects.clear();
    const vmm::ArchState before = machine_.vm().guest_state();
    Writer writer{machine_.steps(), machine_.cycles(), before.pc, "", 0, 0};
    const bool going = machine_.step();
    replay_input();
    if (seen(effects, before, machine_.vm().guest_state(), writer)) found = writer;
    if (!going) break;
  }
  machine_.record(nullptr);
  return found;
}

template <class Seen>
std::optional<Writer> History::scan_back(Seen seen) {
  const u64 here = machine_.steps();
  mark();
  std::vector<u64> edges{here};
  for (auto it = snapshots_.rbegin(); it != snapshots_.rend(); ++it)
    if (it->first < here) edges.push_back(it->first);
  std::optional<Writer> found;
  for (std::size_t i = 0; i + 1 < edges.size() && !found; ++i)
    found = scan(edges[i + 1], edges[i], seen);
  go_to_step(here);
  return found;
}

namespace {

std::string what_happened(const vmm::Machine& machine, const vmm::ArchState& before,
                          const vmm::ArchState& after) {
  if (after.pc == after.control(vmm::Cr::kTvec) && after.control(vmm::Cr::kEpc) == before.pc)
    return "trap: " + std::string(zisa::cause_name(static_cast<vmm::Cause>(after.control(vmm::Cr::kCause))));
  const auto word = machine.vm().peek_instruction(before);
  return word ? zisa::disassemble(*word, before.pc) : "?";
}

}  // namespace

std::optional<Writer> History::last_writer_of_register(u32 number) {
  return scan_back([&](const cpu::Effects& effects, const auto& before, const auto& after, Writer& w) {
    const bool by_instruction =
        std::any_of(effects.registers.begin(), effects.registers.end(),
                    [&](const auto& each) { return each.number == number; });
    if (!by_instruction && before.x[number] == after.x[number]) return false;
    w.what = what_happened(machine_, before, after);
    w.before = before.x[number], w.after = after.x[number];
    return true;
  });
}

std::optional<Writer> History::last_writer_of_status() {
  return scan_back([&](const cpu::Effects&, const auto& before, const auto& after, Writer& w) {
    if (before.sr == after.sr) return false;
    w.what = what_happened(machine_, before, after);
    w.before = before.sr, w.after = after.sr;
    return true;
  });
}

std::optional<Writer> History::last_writer_of_memory(Gva address, u32 bytes) {
  const auto gpa = machine_.vm().peek_translate(machine_.vm().guest_state(), address);
  if (!gpa || !machine_.vm().is_ram(*gpa, bytes)) return std::nullopt;
  const auto value = [&] {
    u32 now = 0;
    machine_.vm().copy_out(*gpa, {reinterpret_cast<u8*>(&now), std::min<u32>(bytes, 4)});
    return now;
  };
  const Hpa low = machine_.vm().host_of(*gpa);
  u32 previous = 0;
  bool known = false;
  u64 last_step = 0;
  return scan_back([&](const cpu::Effects& effects, const auto& before, const auto& after, Writer& w) {
    const u32 now = value();
    // Emulation and DMA write too: a changed value tells.
    const bool changed = known && w.step == last_step && now != previous;
    const bool written = std::any_of(
        effects.memory.begin(), effects.memory.end(), [&](const auto& each) {
          return each.hpa.v < low.v + bytes && low.v < each.hpa.v + each.bytes;
        });
    w.before = known && w.step == last_step ? previous : now;
    w.after = now;
    previous = now, known = true, last_step = w.step + 1;
    if (!changed && !written) return false;
    w.what = what_happened(machine_, before, after);
    return true;
  });
}

bool History::back_to_pc(u32 pc) {
  auto seen = [&](const cpu::Effects&, const auto& before, const auto&, Writer&) {
    return before.pc == pc;
  };
  const auto found = scan_back(seen);
  if (found) go_to_step(found->step);
  return found.has_value();
}

}  // namespace ringside::session
