// History's look back: who wrote a register or memory last. The windows between snapshots are run
// again, the last one first, at full speed but for the steps that could be the writer.
#include <algorithm>

#include "session/history.hpp"

namespace ringside::session {

using vmm::EventKind;

namespace {

// Looked at first, since most registers were written a moment ago: a step costs far more where each
// is looked at than where the window is run through.
constexpr u64 kNear = 2048;

}  // namespace

// --- windows ---

std::optional<Writer> History::look_back(const Question& question) {
  const u64 here = machine_.steps(), start = snapshots_.begin()->first;
  std::vector<u64> edges{here};
  if (here - start > kNear) edges.push_back(here - kNear);
  for (auto it = snapshots_.rbegin(); it != snapshots_.rend(); ++it)
    if (it->first < edges.back()) edges.push_back(it->first);
  std::optional<Writer> found;
  for (std::size_t i = 0; i + 1 < edges.size() && !found; ++i) {
    const auto from = snapshots_.find(edges[i + 1]), to = snapshots_.find(edges[i]);
    const bool known = question.none_between && from != snapshots_.end() && to != snapshots_.end();
    if (known && question.none_between(*from->second, *to->second)) continue;
    found = scan(edges[i + 1], edges[i], question);
  }
  go_to_step(here);
  return found;
}

// Runs from one position to another and asks about each step that the exact engine does: what the
// fast one does writes no register or memory that is looked for.
std::optional<Writer> History::scan(u64 from, u64 to, const Question& question) {
  move_to(from, {});
  std::optional<Writer> found;
  cpu::Effects effects;
  machine_.record_effects(&effects);
  while (machine_.steps() < to && !machine_.ending()) {
    const u64 next = std::min(to, next_change());
    const u64 here = machine_.steps();
    if (!question.every_step) machine_.run_fast({.steps = next});
    if (machine_.steps() < next) step_seen(effects, question, found);
    if (machine_.steps() != here) replay_changes();
  }
  machine_.record_effects(nullptr);
  return found;
}

void History::step_seen(cpu::Effects& effects, const Question& question,
                        std::optional<Writer>& found) {
  effects.clear();
  const u64 step = machine_.steps(), instructions = machine_.instructions();
  const Cycles cycle = machine_.cycles();
  const u64 writes = machine_.memory().watched_writes();
  Seen seen{effects, lens_->fetch(lens_->pc()), question.value(), 0, machine_.log().count()};
  const u32 repetitions = lens_->repetitions(seen.code);
  machine_.step();
  seen.after = question.value();
  seen.repetitions = repetitions - lens_->repetitions(seen.code);
  seen.watched_writes = machine_.memory().watched_writes() - writes;
  seen.instructions = machine_.instructions() - instructions;
  if (question.wrote(seen))
    found = Writer{step, cycle, seen.code.address, question.what(seen), seen.before, seen.after};
}

// --- what a step did ---

bool History::saw(const Seen& seen, EventKind kind) const {
  const vmm::EventLog& log = machine_.log();
  for (u64 i = seen.first_event; i < log.count(); ++i)
    if (log.at(i).kind == kind) return true;
  return false;
}

// Whether the instruction at the old PC, or one iteration of it, was executed, by the CPU or the VMM, and did not trap.
bool History::completed(const Seen& seen) const {
  if (seen.instructions == 0 && seen.repetitions == 0) return false;
  for (u64 i = seen.first_event; i < machine_.log().count(); ++i) {
    const vmm::Event& event = machine_.log().at(i);
    const bool trap = event.kind == EventKind::kTrap || event.kind == EventKind::kInject;
    if (trap && !lens_->is_interrupt(event)) return false;
  }
  return true;
}

std::string History::what_happened(const Seen& seen) const {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  const std::string instruction = lens_->text(seen.code);
  if (completed(seen))
    add(instruction + (saw(seen, EventKind::kExit) ? ", emulated by the VMM" : ""));
  for (u64 i = seen.first_event; i < machine_.log().count(); ++i) {
    const vmm::Event& event = machine_.log().at(i);
    const std::string at = lens_->is_interrupt(event) ? "" : " at " + instruction;
    if (event.kind == EventKind::kTrap) add("trap: " + machine_.cause_name(event) + at);
    if (event.kind == EventKind::kInject)
      add("trap delivered by the VMM: " + machine_.cause_name(event) + at);
  }
  return text.empty() ? instruction : text;
}

// --- registers ---

bool History::trap_wrote(const Seen& seen, RegisterId which) const {
  for (u64 i = seen.first_event; i < machine_.log().count(); ++i) {
    const vmm::Event& event = machine_.log().at(i);
    const bool trap = event.kind == EventKind::kTrap || event.kind == EventKind::kInject;
    if (trap && lens_->trap_writes(event, which)) return true;
  }
  return false;
}

bool History::wrote_register(const Seen& seen, RegisterId which) const {
  if (seen.before != seen.after || trap_wrote(seen, which)) return true;
  const bool by_instruction =
      which.kind == RegisterId::Kind::kGeneral &&
      std::any_of(seen.effects.registers.begin(), seen.effects.registers.end(),
                  [&](const auto& each) { return each.number == which.number; });
  return by_instruction ||
         (completed(seen) && !saw(seen, EventKind::kHole) && lens_->writes(seen.code, which));
}

std::optional<Writer> History::last_writer_of_register(RegisterId which) {
  const bool general = which.kind == RegisterId::Kind::kGeneral;
  if (general && which.number == lens_->no_register()) return std::nullopt;
  const auto wrote = [&](const Seen& seen) { return wrote_register(seen, which); };
  const auto what = [&](const Seen& seen) {
    const auto outside = lens_->outside_writer(which);
    return outside.empty() ? what_happened(seen) : std::string(outside);
  };
  if (general) machine_.stop_before_writes_of(which.number);
  auto found =
      look_back({[&] { return lens_->value(which); }, wrote, what, {}, lens_->fast_writes(which)});
  machine_.stop_before_writes_of(lens_->no_register());
  return found;
}

// --- memory ---

// Where the bytes lie in host memory, page by page.
std::optional<History::Ranges> History::locate(Gva address, u32 bytes) const {
  Ranges ranges;
  while (bytes != 0) {
    const u32 chunk = std::min(bytes, kPageSize - address.offset());
    const auto gpa = lens_->translate(address);
    if (!gpa || !lens_->is_ram(*gpa, chunk)) return std::nullopt;
    ranges.emplace_back(lens_->host_of(*gpa), chunk);
    address = address + chunk;
    bytes -= chunk;
  }
  return ranges;
}

void History::watch_all() {
  Ranges all;
  for (const Watchpoint& each : watchpoints_)
    all.insert(all.end(), each.ranges.begin(), each.ranges.end());
  machine_.set_watchpoints(all);
}

bool History::add_watchpoint(Gva address, u32 bytes) {
  auto ranges = locate(address, bytes);
  if (!ranges) return false;
  std::erase_if(watchpoints_, [&](const auto& each) { return each.address == address; });
  watchpoints_.push_back({address, bytes, std::move(*ranges)});
  watch_all();
  return true;
}

bool History::remove_watchpoint(Gva address) {
  const auto removed =
      std::erase_if(watchpoints_, [&](const auto& each) { return each.address == address; });
  watch_all();
  return removed != 0;
}

// Who wrote the watched bytes in this step.
std::string History::memory_writer(const Seen& seen, const Ranges& ranges) const {
  for (const auto& [first, bytes] : ranges)
    for (const auto& each : seen.effects.memory)
      if (each.hpa.v < first.v + bytes && first.v < each.hpa.v + each.bytes)
        return what_happened(seen);
  const bool store = lens_->stores(seen.code);
  const bool exit = saw(seen, EventKind::kExit);
  if (saw(seen, EventKind::kDevice) && !(exit && store)) return "DMA of a device";
  if (exit && store && completed(seen)) return what_happened(seen);
  if (lens_->traps_store() && saw(seen, EventKind::kInject)) return what_happened(seen);
  if (exit) return "the VMM, setting accessed or dirty bits";
  return "the page walk of the hardware, setting accessed or dirty bits";
}

u32 History::word_at(const Ranges& ranges) const {
  u32 word = 0, at = 0;
  for (const auto& [first, count] : ranges)
    for (u64 i = 0; i < count; ++i, ++at)
      word |= u32{machine_.memory().read<u8>(first + i)} << (8 * at);
  return word;
}

std::optional<Writer> History::last_writer_of_memory(Gva address, u32 bytes) {
  bytes = std::min<u32>({bytes, sizeof(u32), kPageSize - address.offset()});
  const auto ranges = locate(address, bytes);
  if (!ranges) return std::nullopt;
  const auto wrote = [](const Seen& seen) { return seen.watched_writes != 0; };
  const auto what = [&](const Seen& seen) { return memory_writer(seen, *ranges); };
  const auto untouched = [&](const vmm::Snapshot& from, const vmm::Snapshot& to) {
    return std::all_of(ranges->begin(), ranges->end(), [&](const auto& range) {
      const u64 page = machine_.memory().page_of(range.first);
      return vmm::same_copy(from.pages[page], to.pages[page]);
    });
  };
  machine_.set_watchpoints(*ranges);
  auto found = look_back({[&] { return word_at(*ranges); }, wrote, what, untouched});
  watch_all();
  return found;
}

}  // namespace ringside::session
