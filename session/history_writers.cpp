// History's look back: who wrote a register or memory last. The windows between snapshots are run
// again, the last one first, at full speed but for the steps that could be the writer.
#include <fmt/format.h>

#include <algorithm>

#include "isa/zisa/decode.hpp"
#include "session/history.hpp"

namespace ringside::session {

using vmm::Cr;
using vmm::EventKind;

namespace {

// Looked at first, since most registers were written a moment ago: a step costs far more where each
// is looked at than where the window is run through.
constexpr u64 kNear = 2048;

unsigned row_at(const vmm::Machine& machine, const vmm::ArchState& state) {
  const auto word = machine.vm().peek_instruction(state);
  return word ? zisa::decode_row(*word) : zisa::kIllegalRow;
}

bool is_store(unsigned row) {
  if (row == zisa::kIllegalRow) return false;
  return zisa::kRows[row].kind == zisa::Kind::kStore ||
         zisa::kRows[row].kind == zisa::Kind::kAtomic;
}

std::string cause_of(const vmm::Event& event) {
  return std::string(zisa::cause_name(static_cast<vmm::Cause>(event.a)));
}

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
  if (question.begin) question.begin();
  std::optional<Writer> found;
  cpu::Effects effects;
  machine_.record_effects(&effects);
  while (machine_.steps() < to && !machine_.ending()) {
    const u64 next = std::min(to, next_change());
    const u64 here = machine_.steps();
    machine_.run_fast({.steps = next});
    if (machine_.steps() < next) step_seen(effects, question, found);
    if (machine_.steps() != here) replay_changes();
  }
  machine_.record_effects(nullptr);
  return found;
}

void History::step_seen(cpu::Effects& effects, const Question& question,
                        std::optional<Writer>& found) {
  effects.clear();
  const vmm::ArchState before = zisa().vm().guest_state();
  Writer writer{machine_.steps(), machine_.cycles(), before.pc, "", 0, 0};
  const u64 events = machine_.log().count(), instructions = machine_.instructions();
  const u64 writes = machine_.memory().watched_writes();
  machine_.step();
  const Seen seen{effects,
                  before,
                  zisa().vm().guest_state(),
                  events,
                  machine_.memory().watched_writes() - writes,
                  machine_.instructions() - instructions,
                  &writer};
  if (question.wrote(seen)) found = writer;
}

// --- what a step did ---

bool History::saw(const Seen& seen, EventKind kind) const {
  const vmm::EventLog& log = machine_.log();
  for (u64 i = seen.first_event; i < log.count(); ++i)
    if (log.at(i).kind == kind) return true;
  return false;
}

// Whether the instruction at the old PC was executed, by the CPU or the VMM, and did not trap.
bool History::completed(const Seen& seen) const {
  if (seen.instructions == 0) return false;
  for (u64 i = seen.first_event; i < machine_.log().count(); ++i) {
    const vmm::Event& event = machine_.log().at(i);
    const bool trap = event.kind == EventKind::kTrap || event.kind == EventKind::kInject;
    if (trap && !zisa::is_interrupt(static_cast<vmm::Cause>(event.a))) return false;
  }
  return true;
}

std::string History::what_happened(const Seen& seen) const {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  const auto word = zisa().vm().peek_instruction(seen.before);
  const std::string instruction = word ? zisa::disassemble(*word, seen.before.pc) : "?";
  if (completed(seen))
    add(instruction + (saw(seen, EventKind::kExit) ? ", emulated by the VMM" : ""));
  for (u64 i = seen.first_event; i < machine_.log().count(); ++i) {
    const vmm::Event& event = machine_.log().at(i);
    const bool interrupt = zisa::is_interrupt(static_cast<vmm::Cause>(event.a));
    const std::string at = interrupt ? "" : " at " + instruction;
    if (event.kind == EventKind::kTrap) add("trap: " + cause_of(event) + at);
    if (event.kind == EventKind::kInject) add("trap delivered by the VMM: " + cause_of(event) + at);
  }
  return text.empty() ? instruction : text;
}

// --- registers ---

std::optional<Writer> History::last_writer_of_register(u32 number) {
  if (number == 0 || number > 31) return std::nullopt;
  const auto wrote = [&](const Seen& seen) {
    const bool by_instruction =
        std::any_of(seen.effects.registers.begin(), seen.effects.registers.end(),
                    [&](const auto& each) { return each.number == number; });
    const auto word = zisa().vm().peek_instruction(seen.before);
    const bool emulated = word && zisa::decode(*word).operands.rd == number && completed(seen);
    seen.writer->before = seen.before.x[number];
    seen.writer->after = seen.after.x[number];
    if (!by_instruction && !emulated && seen.before.x[number] == seen.after.x[number]) return false;
    seen.writer->what = what_happened(seen);
    return true;
  };
  machine_.stop_before_writes_of(number);
  auto found = look_back({wrote, {}, {}});
  machine_.stop_before_writes_of(0);
  return found;
}

// Privileged state changes in the exact engine alone.
std::optional<Writer> History::last_writer_of_status() {
  const auto wrote = [&](const Seen& seen) {
    const unsigned row = row_at(zisa(), seen.before);
    const bool writes = row == zisa::row_of("write_sr") || row == zisa::row_of("tret");
    const bool written = writes && completed(seen) && !saw(seen, EventKind::kHole);
    const bool trap = saw(seen, EventKind::kTrap) || saw(seen, EventKind::kInject);
    if (seen.before.sr == seen.after.sr && !written && !trap) return false;
    seen.writer->before = seen.before.sr, seen.writer->after = seen.after.sr;
    seen.writer->what = what_happened(seen);
    return true;
  };
  return look_back({wrote, {}, {}});
}

std::optional<Writer> History::last_writer_of_control(Cr which) {
  const auto wrote = [&](const Seen& seen) {
    const auto word = zisa().vm().peek_instruction(seen.before);
    const zisa::Decoded decoded = word ? zisa::decode(*word) : zisa::Decoded{};
    const bool written = decoded.row == zisa::row_of("write_cr") && completed(seen) &&
                         decoded.operands.imm == static_cast<i32>(which);
    const bool by_trap = which == Cr::kEpc || which == Cr::kCause || which == Cr::kTval;
    const bool trap = by_trap && (saw(seen, EventKind::kTrap) || saw(seen, EventKind::kInject));
    seen.writer->before = seen.before.control(which);
    seen.writer->after = seen.after.control(which);
    if (seen.writer->before == seen.writer->after && !written && !trap) return false;
    seen.writer->what = which == Cr::kIpend ? "an interrupt line changed" : what_happened(seen);
    return true;
  };
  return look_back({wrote, {}, {}});
}

// --- memory ---

// Where the bytes lie in host memory, page by page.
std::optional<History::Ranges> History::locate(Gva address, u32 bytes) const {
  const vmm::Vm& vm = zisa().vm();
  Ranges ranges;
  while (bytes != 0) {
    const u32 chunk = std::min(bytes, kPageSize - address.offset());
    const auto gpa = vm.peek_translate(vm.guest_state(), address);
    if (!gpa || !vm.is_ram(*gpa, chunk)) return std::nullopt;
    ranges.emplace_back(vm.host_of(*gpa), chunk);
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
  const bool store = is_store(row_at(zisa(), seen.before));
  const bool exit = saw(seen, EventKind::kExit);
  if (saw(seen, EventKind::kDevice) && !(exit && store)) return "DMA of a device";
  if (exit && store && completed(seen)) return what_happened(seen);
  if (exit) return "the VMM, setting accessed or dirty bits";
  return "the page walk of the hardware, setting accessed or dirty bits";
}

std::optional<Writer> History::last_writer_of_memory(Gva address, u32 bytes) {
  bytes = std::min<u32>({bytes, sizeof(u32), kPageSize - address.offset()});
  const auto ranges = locate(address, bytes);
  if (!ranges) return std::nullopt;
  const auto value = [&] {
    u32 now = 0, at = 0;
    for (const auto& [first, count] : *ranges)
      for (u64 i = 0; i < count; ++i, ++at)
        now |= u32{machine_.memory().read<u8>(first + i)} << (8 * at);
    return now;
  };
  u32 previous = 0;
  const auto wrote = [&](const Seen& seen) {
    const u32 before = std::exchange(previous, value());
    if (seen.watched_writes == 0) return false;
    seen.writer->before = before, seen.writer->after = previous;
    seen.writer->what = memory_writer(seen, *ranges);
    return true;
  };
  const auto untouched = [&](const vmm::Snapshot& from, const vmm::Snapshot& to) {
    return std::all_of(ranges->begin(), ranges->end(), [&](const auto& range) {
      const u64 page = machine_.memory().page_of(range.first);
      return vmm::same_copy(from.pages[page], to.pages[page]);
    });
  };
  machine_.set_watchpoints(*ranges);
  auto found = look_back({wrote, untouched, [&] { previous = value(); }});
  watch_all();
  return found;
}

}  // namespace ringside::session
