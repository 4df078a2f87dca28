// Events in words.
#include <fmt/format.h>

#include <algorithm>

#include "loader/image.hpp"
#include "session/explain.hpp"
#include "session/inspect.hpp"
#include "session/open.hpp"

namespace ringside::session {

using vmm::Event;
using vmm::EventKind;
using vmm::EventLog;

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
    case EventKind::kSwitch:
      return "world switch";
  }
  return "?";
}

// Of the exit that this entry ends: nothing else is logged between but what the VMM injects. Empty
// where the log has forgotten the exit.
std::string duration(const EventLog& log, u64 entry) {
  for (u64 i = entry; i-- > log.first();)
    if (log.at(i).kind == EventKind::kExit)
      return fmt::format(" took {} cycles", log.at(entry).cycle - log.at(i).cycle);
  return "";
}

// The name of an exit; what a page fault meant is known when it is done with.
std::string exit_text(const vmm::AnyMachine& machine, u64 exit) {
  const EventLog& log = machine.log();
  for (u64 i = exit + 1; i < log.count(); ++i) {
    if (log.at(i).kind == EventKind::kExit) break;
    if (log.at(i).kind == EventKind::kEntry)
      return machine.exit_name({log.at(i).detail, static_cast<u8>(log.at(i).a)});
  }
  return machine.exit_name({log.at(exit).detail, static_cast<u8>(log.at(exit).a)});
}

std::string text_of(const Session& session, const EventLog& log, u64 number) {
  const Event& event = log.at(number);
  const vmm::AnyMachine& machine = session.any_machine();
  switch (event.kind) {
    case EventKind::kExit:
      return exit_text(machine, number);
    case EventKind::kEntry:
      return machine.exit_name({event.detail, static_cast<u8>(event.a)}) + duration(log, number);
    case EventKind::kTrap:
      return machine.cause_text(event);
    case EventKind::kInject:
      return machine.cause_text(event) + ", delivered by the VMM";
    case EventKind::kHole:
      return explain_hole({machine.row_name(event.detail), 1, event.pc,
                           session.image().symbols.name(event.pc), event.a, event.b, false, ""});
    case EventKind::kDevice:
      return "a device finished what it was told: DMA, an interrupt line";
    case EventKind::kInput:
      return fmt::format("{} bytes were typed", event.a);
    case EventKind::kIdle:
      return fmt::format("nothing to do for {} units of time", u64{event.b} << 32 | event.a);
    case EventKind::kEnd:
      return "the run ends";
    case EventKind::kSwitch:
      return fmt::format("the VMM gives the CPU to VM {}", event.vm);
  }
  return "";
}

// How a trap arrives.
std::string_view by_hardware(bool x86) {
  return x86 ? ": the hardware pushed EFLAGS, CS and EIP and jumped to the handler in the guest's IDT"
             : ": the hardware saved PC and mode and jumped to the guest's trap vector";
}
std::string_view by_vmm(bool x86) {
  return x86 ? ", as a trap would come: with EFLAGS, CS and EIP on the guest's stack, by the gate in its IDT"
             : ", as a trap would come: it saved the guest's PC and mode in the virtual registers and "
               "set the PC to the guest's trap vector";
}

// What a first-time student needs to hear of an event.
std::string sentence(const vmm::AnyMachine& machine, u64 number, const std::string& text) {
  const bool x86 = machine.isa_name() == kX86;
  switch (machine.log().at(number).kind) {
    case EventKind::kExit: {
      const std::string name = exit_text(machine, number);
      const std::string_view meaning = explain_exit(name, machine.isa_name());
      return name + (meaning.empty() ? "" : ": " + std::string(meaning));
    }
    case EventKind::kEntry:
      return "back in the guest: " + text;
    case EventKind::kTrap:
      return text + std::string(by_hardware(x86));
    case EventKind::kInject:
      return text + std::string(by_vmm(x86));
    case EventKind::kIdle:
      return text + ": the CPU waited for an interrupt";
    default:
      return text;
  }
}

}  // namespace

u64 first_kept_event(const Session& session) {
  return session.any_machine().log().first();
}

std::vector<EventLine> events(const Session& session, u64 first, u64 end) {
  const EventLog& log = session.any_machine().log();
  std::vector<EventLine> lines;
  for (u64 i = std::max(first, log.first()); i < std::min(end, log.count()); ++i) {
    const Event& event = log.at(i);
    lines.push_back({i, event.cycle, event.step, event.pc, session.image().symbols.name(event.pc),
                     std::string(kind_name(event.kind)), text_of(session, log, i)});
  }
  return lines;
}

std::vector<EventLine> events_of_last_step(const Session& session) {
  const EventLog& log = session.any_machine().log();
  const u64 here = session.any_machine().steps();
  u64 first = log.count();
  // What was typed at this very position counts as well.
  while (first > log.first() && log.at(first - 1).step + 1 >= here) --first;
  auto lines = events(session, first, log.count());
  for (auto& line : lines) line.text = sentence(session.any_machine(), line.number, line.text);
  return lines;
}

}  // namespace ringside::session
