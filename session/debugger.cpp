#include "session/debugger.hpp"

#include <fmt/format.h>

#include <algorithm>

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
      timeline_(std::make_unique<Timeline>(session_->any_machine())),
      history_(std::make_unique<History>(session_->any_machine(), history)),
      lens_(make_lens(session_->any_machine())) {
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
  return Debugger(std::make_unique<Session>(std::move(*session)), options.history);
}

// --- stops ---

Stopped Debugger::stopped(std::string kind, std::string why) const {
  return {std::move(kind), std::move(why), position(*session_), events_of_last_step(*session_)};
}

Stopped Debugger::after_run(Stop why, bool between_stopped) const {
  switch (why) {
    case Stop::kBreakpoint:
      return stopped("breakpoint", fmt::format("breakpoint at {:#x}", lens_->pc()));
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
  if (kind != "trap" && !(kind == "exit" ? lens_->virtualized() : lens_->deprivileged()))
    return refuse("until " + kind,
                  lens_->virtualized()
                      ? "cannot come: in non-root mode no sensitive instruction lies"
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

Result<void> Debugger::expect_exits() const {
  if (lens_->virtualized()) return {};
  return refuse("exits", "cannot come: the guest owns the bare machine", "start with --strategy trap-emulate");
}

// What an exit was is known when the guest is entered again.
Result<Stopped> Debugger::run_to_exit(const std::string& name, const Between& between) {
  if (const auto some = expect_exits(); !some) return fail(some.error());
  const auto wanted = [&](const vmm::Event& event) {
    if (event.kind != EventKind::kEntry) return false;
    return name.empty() || machine().exit_name({event.detail, static_cast<u8>(event.a)}) == name;
  };
  bool found = false, stop = false;
  const Stop why = history_->run_to_event(wanted, {}, &found, [&] { return !(stop = between && !between()); });
  return found ? stopped("event", (name.empty() ? "an exit" : name) + " was handled in the step before") : after_run(why, stop);
}

// An exit ends in the step before the position behind it, which may be this one.
Result<Stopped> Debugger::back_to_exit(const std::string& name, const Between& between) {
  if (const auto some = expect_exits(); !some) return fail(some.error());
  const u64 here = machine().steps();
  auto found = timeline_->exit_before(machine().log().count(), name);
  for (; found; found = timeline_->exit_before(*found, name)) {
    const Stopped there = go_to_event(*found, between);
    if (there.position.step < here || there.kind == "interrupted") return stopped("event", (name.empty() ? "an exit" : name) + " was handled in the step before");
  }
  history_->go_to_step(here);
  return refuse(name, "came never before", "go on to the next one");
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

Result<void> Debugger::add_breakpoint(Gva address) {
  if (!lens_->can_begin(address.v))
    return refuse(fmt::format("{:#x}", address.v), "is no address of an instruction",
                  "give a multiple of 4");
  auto all = machine().breakpoints();
  all.insert(address.v);
  history_->set_breakpoints(std::move(all));
  return {};
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
  std::vector<std::string> names = lens_->register_names();
  names.emplace_back("pc");
  for (const auto& symbol : session_->image().symbols.all()) names.push_back(symbol.name);
  return names;
}

Result<std::optional<Writer>> Debugger::last_memory_writer(const std::string& word) {
  const auto address = parse_address(*session_, word);
  if (!address) return fail(address.error());
  if (!memory(*session_, *address, 1).front())
    return refuse(word, "is not mapped to RAM here",
                  "go to where it is, or ask for another address");
  return history_->last_writer_of_memory(*address, 4);
}

Result<std::optional<WriterView>> Debugger::last_writer(const std::string& word) {
  if (word == "pc") return refuse("pc", "is written by every step", "use `back`");
  const auto which = lens_->find(word);
  const Result<std::optional<Writer>> found =
      which ? history_->last_writer_of_register(*which) : last_memory_writer(word);
  if (!found) return fail(found.error());
  if (!*found) return std::optional<WriterView>();
  const auto words = [&](u32 value) { return which ? lens_->words(*which, value) : std::string(); };
  return WriterView{**found, session_->image().symbols.name((*found)->pc), words((*found)->before),
                    words((*found)->after)};
}

}  // namespace ringside::session
