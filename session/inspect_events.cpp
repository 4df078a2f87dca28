// Events in words.
#include <fmt/format.h>

#include <algorithm>

#include "loader/image.hpp"
#include "session/explain.hpp"
#include "session/inspect.hpp"

namespace ringside::session {

using vmm::Event;
using vmm::EventKind;

namespace {

std::string_view kind_name(EventKind kind) {
  switch (kind) {
    case EventKind::kExit:
      return "exit";
    case EventKind::kEntry:
      return "entry";
    case EventKind::kTrap:
      return "trap";
    case EventKind::kInject:
      return "inject";
    case EventKind::kHole:
      return "hole";
    case EventKind::kDevice:
      return "device";
    case EventKind::kInput:
      return "input";
    case EventKind::kIdle:
      return "idle";
    case EventKind::kEnd:
      return "end";
  }
  return "?";
}

std::string cause_text(const Event& event) {
  const auto cause = static_cast<vmm::Cause>(event.a);
  std::string text(zisa::cause_name(cause));
  using enum zisa::Cause;
  const bool fault = cause == kFetchPage || cause == kLoadPage || cause == kStorePage ||
                     cause == kFetchAccess || cause == kLoadAccess || cause == kStoreAccess;
  if (fault) text += fmt::format(" for address {:#x}", event.b);
  return text;
}

// Of the exit that this entry ends: nothing else is logged between but what the VMM injects.
Cycles time_of_exit(const std::vector<Event>& log, u64 entry) {
  for (u64 i = entry; i-- > 0;)
    if (log[i].kind == EventKind::kExit) return log[entry].cycle - log[i].cycle;
  return 0;
}

// The name of an exit; what a page fault meant is known when it is done with.
std::string exit_text(const std::vector<Event>& log, u64 exit) {
  for (u64 i = exit + 1; i < log.size(); ++i) {
    if (log[i].kind == EventKind::kExit) break;
    if (log[i].kind == EventKind::kEntry)
      return vmm::exit_name({log[i].detail, static_cast<u8>(log[i].a)});
  }
  return vmm::exit_name({log[exit].detail, static_cast<u8>(log[exit].a)});
}

std::string text_of(const Session& session, const std::vector<Event>& log, u64 number) {
  const Event& event = log[number];
  switch (event.kind) {
    case EventKind::kExit:
      return exit_text(log, number);
    case EventKind::kEntry:
      return fmt::format("{} took {} cycles",
                         vmm::exit_name({event.detail, static_cast<u8>(event.a)}),
                         time_of_exit(log, number));
    case EventKind::kTrap:
      return cause_text(event);
    case EventKind::kInject:
      return cause_text(event) + ", delivered by the VMM";
    case EventKind::kHole:
      return explain_hole({std::string(zisa::kRows[event.detail].name), 1, event.pc,
                           session.image().symbols.name(event.pc), event.a, event.b, false, ""});
    case EventKind::kDevice:
      return "a device finished what it was told: DMA, an interrupt line";
    case EventKind::kInput:
      return fmt::format("{} bytes were typed", event.a);
    case EventKind::kIdle:
      return fmt::format("nothing to do for {} units of time", u64{event.b} << 32 | event.a);
    case EventKind::kEnd:
      return "the run ends";
  }
  return "";
}

// What a first-time student needs to hear of an event.
std::string sentence(const std::vector<Event>& log, u64 number, const std::string& text) {
  switch (log[number].kind) {
    case EventKind::kExit: {
      const std::string name = exit_text(log, number);
      const std::string_view meaning = explain_exit(name);
      return name + (meaning.empty() ? "" : ": " + std::string(meaning));
    }
    case EventKind::kEntry:
      return "back in the guest: " + text;
    case EventKind::kTrap:
      return text + ": the hardware saved PC and mode and jumped to the guest's trap vector";
    case EventKind::kInject:
      return text +
             ", as a trap would come: it saved the guest's PC and mode in the virtual registers "
             "and "
             "set the PC to the guest's trap vector";
    case EventKind::kIdle:
      return text + ": the CPU waited for an interrupt";
    default:
      return text;
  }
}

}  // namespace

std::vector<EventLine> events(const Session& session, u64 first, u64 end) {
  const auto& log = session.machine().log().events();
  std::vector<EventLine> lines;
  for (u64 i = first; i < std::min<u64>(end, log.size()); ++i)
    lines.push_back({i, log[i].cycle, log[i].step, log[i].pc,
                     session.image().symbols.name(log[i].pc), std::string(kind_name(log[i].kind)),
                     text_of(session, log, i)});
  return lines;
}

std::vector<EventLine> events_of_last_step(const Session& session) {
  const auto& log = session.machine().log().events();
  const u64 here = session.machine().steps();
  u64 first = log.size();
  // What was typed at this very position counts as well.
  while (first > 0 && log[first - 1].step + 1 >= here) --first;
  auto lines = events(session, first, log.size());
  for (auto& line : lines) line.text = sentence(log, line.number, line.text);
  return lines;
}

}  // namespace ringside::session
