#include "session/debugger.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "isa/zisa/registers.hpp"
#include "loader/image.hpp"

namespace ringside::session {

using vmm::EventKind;
using vmm::Stop;

namespace {

tl::unexpected<Error> refuse(std::string place, std::string cause, std::string remedy) {
  return fail({Error::Kind::kUsage, "", std::move(place), std::move(cause), std::move(remedy)});
}

std::string ending_text(const vmm::Ending& ending) {
  const std::string how = ending.outcome == vmm::Ending::Outcome::kExited
                              ? fmt::format(" with code {}", ending.exit_code)
                              : ": it " + ending.reason;
  return "the guest has ended" + how + "; `back`, `goto` and `reverse-continue` go back";
}

// What the event was that a run was to stop at; of a hole the happenings tell it all.
std::string event_name(const Session& session, const std::string& kind,
                       const std::vector<EventLine>& happenings) {
  for (const EventLine& line : happenings)
    if (kind != "hole" && (line.kind == kind || (kind == "trap" && line.kind == "inject")))
      return ": " + events(session, line.number, line.number + 1).front().text;
  return "";
}

constexpr const char* kAtBound =
    "the limit of instructions or cycles is reached; start with a larger --max-instructions or "
    "--max-cycles (0 is no limit)";
constexpr const char* kInputWanted = "the guest waits for input; give it some with `type TEXT`";

}  // namespace

Debugger::Debugger(std::unique_ptr<Session> session, u64 history)
    : session_(std::move(session)),
      history_(std::make_unique<History>(session_->any_machine(), history)) {
  const Options& options = session_->options();
  history_->set_bounds(options.max_instructions, options.max_cycles);
}

Result<Debugger> Debugger::open(Options options) {
  options.keep_events = true;
  options.more_input = true;
  if (options.history < kLeastHistory)
    return refuse(fmt::format("--history {}", options.history), "is less than 1M",
                  "give 64M, for example, or leave it out");
  auto session = Session::open(options);
  if (!session) return fail(session.error());
  if (session->is_x86())
    return refuse("debug", "does not show x86 in this version", "use run, or give a guest for Z-ISA");
  return Debugger(std::make_unique<Session>(std::move(*session)), options.history);
}

// --- stops ---

Stopped Debugger::stopped(std::string kind, std::string why) const {
  return {std::move(kind), std::move(why), position(*session_), events_of_last_step(*session_)};
}

Stopped Debugger::after_run(Stop why, bool between_stopped) const {
  const u32 pc = machine().guest_pc();
  switch (why) {
    case Stop::kBreakpoint:
      return stopped("breakpoint", fmt::format("breakpoint at {:#x}", pc));
    case Stop::kWatchpoint:
      return stopped("watchpoint", "the step before wrote watched memory");
    case Stop::kInput:
      return stopped("input", kInputWanted);
    case Stop::kEnd:
      return stopped("end", ending_text(*machine().ending()));
    case Stop::kLimit:
      break;
  }
  if (between_stopped) return stopped("interrupted", "interrupted");
  return history_->out_of_bounds() ? stopped("limit", kAtBound) : stopped("moved", "");
}

Stopped Debugger::after_move(bool reached, const std::string& where) const {
  if (reached) return stopped("moved", where);
  if (machine().ending()) return stopped("end", ending_text(*machine().ending()));
  if (history_->out_of_bounds()) return stopped("limit", kAtBound);
  if (machine().waits_for_input()) return stopped("input", kInputWanted);
  return stopped("interrupted", "interrupted");
}

// --- moves ---

Stopped Debugger::step(u64 count, const Between& between) {
  const u64 start = machine().steps();
  const u64 target = start + std::min(count, ~u64{0} - 1 - start);
  const Stop why = history_->run({.steps = target}, between);
  if (why != Stop::kLimit) return after_run(why, false);
  return after_move(machine().steps() == target,
                    fmt::format("{} step{}", count, count == 1 ? "" : "s"));
}

Stopped Debugger::stay() const {
  if (machine().ending()) return stopped("end", ending_text(*machine().ending()));
  return machine().steps() == 0 ? stopped("start", "the start") : stopped("moved", "here");
}

Stopped Debugger::back(u64 count, const Between& between) {
  const u64 here = machine().steps();
  if (here == 0) return stopped("start", "this is the start");
  history_->go_to_step(here - std::min(count, here), between);
  return stopped("moved",
                 fmt::format("back {} step{}", std::min(count, here), count == 1 ? "" : "s"));
}

Stopped Debugger::go_to_step(u64 step, const Between& between) {
  history_->go_to_step(step, between);
  return after_move(machine().steps() == step, "the step asked for");
}

Stopped Debugger::go_to_cycle(Cycles cycle, const Between& between) {
  history_->go_to_cycle(cycle, between);
  return after_move(machine().cycles() >= cycle, "the first boundary at or past that cycle");
}

Stopped Debugger::go_to_event(u64 event, const Between& between) {
  history_->go_to_event(event, between);
  return after_move(machine().log().count() > event,
                    fmt::format("after the step of event e{}", event));
}

Stopped Debugger::run(const Between& between) {
  bool stop = false;
  const Stop why = history_->run({}, [&] { return !(stop = between && !between()); });
  return after_run(why, stop);
}

Stopped Debugger::run_to(Gva address, const Between& between) {
  const std::set<u32> own = machine().breakpoints();
  std::set<u32> with = own;
  with.insert(address.v);
  history_->set_breakpoints(std::move(with));
  Stopped result = run(between);
  history_->set_breakpoints(own);
  // The line shown must not claim a breakpoint of its own.
  const bool there = result.kind == "breakpoint" && !own.contains(result.position.next.address);
  if (there)
    result.kind = "moved", result.why = "the address asked for",
    result.position.next.breakpoint = false;
  return result;
}

Result<Stopped> Debugger::run_to_event(const std::string& kind, const Between& between) {
  const auto wanted = [&](const vmm::Event& event) {
    if (kind == "exit") return event.kind == EventKind::kExit;
    if (kind == "hole") return event.kind == EventKind::kHole;
    return event.kind == EventKind::kTrap || event.kind == EventKind::kInject;
  };
  const vmm::Vm& vm = session_->machine().vm();
  if (kind != "trap" && !(kind == "exit" ? vm.virtualized() : vm.deprivileged()))
    return refuse("until " + kind,
                  vm.virtualized() ? "cannot come: in non-root mode no sensitive instruction lies"
                                   : "cannot come: the guest owns the bare machine",
                  "use `until trap`, or start with --strategy trap-emulate");
  bool found = false, stop = false;
  const Stop why =
      history_->run_to_event(wanted, {}, &found, [&] { return !(stop = between && !between()); });
  if (!found) return after_run(why, stop);
  const std::string article = kind == "exit" ? "an " : "a ";
  Stopped there = stopped("event", article + kind + " came in the step before");
  there.why += event_name(*session_, kind, there.happenings);
  return there;
}

Stopped Debugger::reverse(const Between& between) {
  bool stop = false;
  const Stop why = history_->reverse([&] { return !(stop = between && !between()); });
  if (why == Stop::kLimit && !stop)
    return stopped("start", "the start: no breakpoint or watchpoint before");
  return after_run(why, stop);
}

Result<void> Debugger::type(const std::string& text) {
  if (machine().ending())
    return refuse("type", ending_text(*machine().ending()), "type before the end");
  history_->type(text);
  return {};
}

// --- breakpoints and watchpoints ---

void Debugger::add_breakpoint(Gva address) {
  auto all = machine().breakpoints();
  all.insert(address.v);
  history_->set_breakpoints(std::move(all));
}

bool Debugger::remove_breakpoint(Gva address) {
  auto all = machine().breakpoints();
  if (all.erase(address.v) == 0) return false;
  history_->set_breakpoints(std::move(all));
  return true;
}

Result<void> Debugger::add_watchpoint(Gva address, u32 bytes) {
  if (history_->add_watchpoint(address, bytes)) return {};
  return refuse(fmt::format("{:#x}", address.v), "is not mapped to RAM here",
                "go to where it is, or watch another address");
}

// --- writers ---

std::vector<std::string> Debugger::names() const {
  std::vector<std::string> names{"sr", "pc"};
  for (u32 i = 0; i < 32; ++i) names.emplace_back(zisa::register_name(i));
  names.insert(names.end(), zisa::kCrNames.begin(), zisa::kCrNames.end());
  for (const auto& symbol : session_->image().symbols.all()) names.push_back(symbol.name);
  return names;
}

Result<std::optional<WriterView>> Debugger::last_writer(const std::string& word) {
  std::optional<Writer> found;
  if (word == "sr") {
    found = history_->last_writer_of_status();
  } else if (word == "pc") {
    return refuse("pc", "is written by every step", "use `back`");
  } else if (const auto number = zisa::register_number(word)) {
    found = history_->last_writer_of_register(*number);
  } else if (const auto cr = std::find(zisa::kCrNames.begin(), zisa::kCrNames.end(), word);
             cr != zisa::kCrNames.end()) {
    found = history_->last_writer_of_control(static_cast<vmm::Cr>(cr - zisa::kCrNames.begin()));
  } else {
    const auto address = parse_address(*session_, word);
    if (!address) return fail(address.error());
    if (!memory(*session_, *address, 1).front())
      return refuse(word, "is not mapped to RAM here",
                    "go to where it is, or ask for another address");
    found = history_->last_writer_of_memory(*address, 4);
  }
  if (!found) return std::optional<WriterView>();
  return view(*session_, *found, word == "sr");
}

}  // namespace ringside::session
