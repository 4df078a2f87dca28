#include "cli/debug_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "cli/debug_text.hpp"
#include "cli/numbers.hpp"
#include "cli/units_text.hpp"

namespace ringside::cli {

using session::parse_address;
using Json = nlohmann::ordered_json;

namespace {

tl::unexpected<Error> usage(std::string place, std::string cause, std::string remedy) {
  return fail({Error::Kind::kUsage, "", std::move(place), std::move(cause), std::move(remedy)});
}

Words words_of(std::string_view line) {
  std::istringstream stream{std::string(line)};
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

Result<u64> count_of(const Words& words, std::size_t index, u64 otherwise) {
  if (words.size() <= index) return otherwise;
  return session::parse_number(words[index], "number");
}

// A count of what is printed, kept to what a person reads.
Result<u32> lines_of(const Words& words, std::size_t index, u32 otherwise) {
  constexpr u64 kMost = 4096;
  const auto count = count_of(words, index, otherwise);
  if (!count) return fail(count.error());
  if (*count == 0 || *count > kMost)
    return usage(words[index], "is not between 1 and 4096", "ask for less");
  return static_cast<u32>(*count);
}

Result<Answer> answer(const DebugTable& table, const Result<session::Stopped>& stopped) {
  if (!stopped) return fail(stopped.error());
  return stop_answer(table, *stopped);
}

template <class View>
Json list_of(const std::vector<View>& views) {
  Json list = Json::array();
  for (const auto& each : views) list.push_back(to_json(each));
  return list;
}

// --- moves ---

Result<Answer> step(DebugTable& t, const Words& words) {
  const auto count = count_of(words, 0, 1);
  if (!count) return fail(count.error());
  return stop_answer(t, t.debugger.step(*count, t.between));
}

Result<Answer> back(DebugTable& t, const Words& words) {
  const auto count = count_of(words, 0, 1);
  if (!count) return fail(count.error());
  return stop_answer(t, t.debugger.back(*count, t.between));
}

Result<Answer> go_to(DebugTable& t, const Words& words) {
  const std::string& word = words[0];
  const bool event = word[0] == 'e', by_step = word[0] == 's';
  const std::string digits = event || by_step ? word.substr(1) : word;
  const auto number = session::parse_number(digits, event     ? "event"
                                                    : by_step ? "step"
                                                              : "cycle, eEVENT or sSTEP");
  if (!number) return fail(number.error());
  if (event) return stop_answer(t, t.debugger.go_to_event(*number, t.between));
  if (by_step) return stop_answer(t, t.debugger.go_to_step(*number, t.between));
  return stop_answer(t, t.debugger.go_to_cycle(*number, t.between));
}

Result<Answer> until(DebugTable& t, const Words& words) {
  for (const std::string_view event : {"exit", "trap", "hole"})
    if (words[0] == event) return answer(t, t.debugger.run_to_event(words[0], t.between));
  const auto address = parse_address(t.debugger.session(), words[0]);
  if (!address) return fail(address.error());
  return stop_answer(t, t.debugger.run_to(*address, t.between));
}

Result<Answer> go_on(DebugTable& t, const Words&) {
  return stop_answer(t, t.debugger.run(t.between));
}
Result<Answer> reverse(DebugTable& t, const Words&) {
  return stop_answer(t, t.debugger.reverse());
}

Result<Answer> who(DebugTable& t, const Words& words) {
  const auto found = t.debugger.last_writer(words[0]);
  if (!found) return fail(found.error());
  if (!*found)
    return Answer{words[0] + " was not written since the start\n", {{"writer", nullptr}}};
  return Answer{writer_text(words[0], **found), {{"writer", to_json(**found)}}};
}

// --- breakpoints ---

std::string place(const DebugTable& t, Gva address) {
  const auto line = session::code(t.debugger.session(), address, 1).front();
  return fmt::format("{:#010x}{}", address.v, line.symbol.empty() ? "" : " " + line.symbol);
}

Answer list_stops(const DebugTable& t) {
  Answer a{"", {{"breakpoints", Json::array()}, {"watchpoints", Json::array()}}};
  for (const u32 address : t.debugger.breakpoints()) {
    a.text += "breakpoint at " + place(t, {address}) + "\n";
    a.json["breakpoints"].push_back(address);
  }
  for (const auto& each : t.debugger.history().watchpoints()) {
    a.text += fmt::format("watchpoint at {}, {} bytes\n", place(t, each.address), each.bytes);
    a.json["watchpoints"].push_back({{"address", each.address.v}, {"bytes", each.bytes}});
  }
  if (a.text.empty()) a.text = "no breakpoints and no watchpoints\n";
  return a;
}

Result<Answer> add_break(DebugTable& t, const Words& words) {
  if (words.empty()) return list_stops(t);
  const auto address = parse_address(t.debugger.session(), words[0]);
  if (!address) return fail(address.error());
  if (const auto added = t.debugger.add_breakpoint(*address); !added) return fail(added.error());
  return list_stops(t);
}

Result<Answer> remove(DebugTable& t, const Words& words) {
  const auto address = parse_address(t.debugger.session(), words[0]);
  if (!address) return fail(address.error());
  const bool broke = t.debugger.remove_breakpoint(*address),
             watched = t.debugger.remove_watchpoint(*address);
  if (!broke && !watched)
    return usage(words[0], "has no breakpoint or watchpoint", "`break` lists them");
  return list_stops(t);
}

Result<Answer> watch(DebugTable& t, const Words& words) {
  const auto address = parse_address(t.debugger.session(), words[0]);
  if (!address) return fail(address.error());
  const auto bytes = lines_of(words, 1, 4);
  if (!bytes) return fail(bytes.error());
  if (const auto added = t.debugger.add_watchpoint(*address, *bytes); !added)
    return fail(added.error());
  return list_stops(t);
}

// --- looking ---

Result<Answer> regs(DebugTable& t, const Words&) {
  const auto view = session::registers(t.debugger.session());
  return Answer{registers_text(view, t.style), {{"registers", to_json(view)}}};
}

Result<Answer> disas(DebugTable& t, const Words& words) {
  const auto address = parse_address(t.debugger.session(), words.empty() ? "pc" : words[0]);
  if (!address) return fail(address.error());
  const auto count = lines_of(words, 1, 10);
  if (!count) return fail(count.error());
  const auto lines = session::code(t.debugger.session(), *address, *count);
  return Answer{code_text(lines, t.style), {{"code", list_of(lines)}}};
}

Result<Answer> mem(DebugTable& t, const Words& words) {
  const auto address = parse_address(t.debugger.session(), words[0]);
  if (!address) return fail(address.error());
  const auto count = lines_of(words, 1, 64);
  if (!count) return fail(count.error());
  const auto bytes = session::memory(t.debugger.session(), *address, *count);
  Json list = Json::array();
  for (const auto& byte : bytes) list.push_back(byte ? Json(*byte) : Json(nullptr));
  return Answer{memory_text(*address, bytes), {{"address", address->v}, {"bytes", list}}};
}

Result<Answer> walk(DebugTable& t, const Words& words) {
  const auto address = parse_address(t.debugger.session(), words[0]);
  if (!address) return fail(address.error());
  const auto view = session::page_walk(t.debugger.session(), *address);
  return Answer{walk_text(view), {{"walk", to_json(view)}}};
}

Result<Answer> units(DebugTable& t, const Words&) {
  const auto view = session::units(t.debugger.session());
  return Answer{units_text(view, t.style), {{"units", to_json(view)}}};
}

Result<Answer> unit(DebugTable& t, const Words& words) {
  const auto address = parse_address(t.debugger.session(), words[0]);
  if (!address) return fail(address.error());
  const auto found = session::units_at(t.debugger.session(), *address);
  return Answer{unit_text(found, t.style), {{"unit", list_of(found)}}};
}

Result<Answer> exits(DebugTable& t, const Words&) {
  const auto report = t.debugger.session().report();
  const auto& all = report.exits;
  const bool bare = report.strategy == "bare";
  Json list = Json::array();
  for (const auto& each : all)
    list.push_back({{"reason", each.reason},
                    {"count", each.count},
                    {"cycles", each.cycles},
                    {"min", each.min},
                    {"mean", each.mean()},
                    {"max", each.max}});
  return Answer{exits_text(all, bare, t.style), {{"exits", list}}};
}

Result<Answer> events(DebugTable& t, const Words& words) {
  const auto count = lines_of(words, 0, 10);
  if (!count) return fail(count.error());
  const u64 end = session::position(t.debugger.session()).events;
  const u64 first = end - std::min<u64>(*count, end);
  const u64 kept = session::first_kept_event(t.debugger.session());
  const auto lines = session::events(t.debugger.session(), first, end);
  std::string remark;
  if (kept > first)
    remark = fmt::format("events before e{} are not kept here: `goto e{}` brings them back\n", kept,
                         kept - 1);
  return Answer{remark + events_text(lines, t.style),
                {{"events", list_of(lines)}, {"kept_from", kept}}};
}

Result<Answer> console(DebugTable& t, const Words&) {
  const std::string text = t.debugger.session().console();
  const bool open = !text.empty() && text.back() != '\n';
  return Answer{text.empty() ? "the guest has printed nothing yet\n" : text + (open ? "\n" : ""),
                {{"text", text}}};
}

Result<Answer> info(DebugTable& t, const Words&) {
  const auto report = t.debugger.session().report();
  const auto& history = t.debugger.history();
  Answer a = list_stops(t);
  for (const auto& note : report.notes) a.text += note + "\n";
  a.text = fmt::format(
               "{} on {}, {}, cost model {}: {}\n{} instructions, {} cycles\nhistory: {} "
               "snapshots, {} KiB\n",
               report.guest, report.isa, report.strategy, report.cost_model, report.outcome,
               grouped(report.guest_instructions()), grouped(report.cycles), history.snapshots(),
               grouped(history.bytes() >> 10)) +
           a.text;
  a.json["guest"] = report.guest, a.json["isa"] = report.isa, a.json["strategy"] = report.strategy;
  a.json["outcome"] = report.outcome, a.json["instructions"] = report.guest_instructions();
  a.json["state_hash"] = fmt::format("{:016x}", report.state_hash);
  a.json["trace_hash"] = fmt::format("{:016x}", report.trace_hash);
  a.json["snapshots"] = history.snapshots(), a.json["history_bytes"] = history.bytes();
  return a;
}

// The words are put together again by their first argument: blanks in the text count.
Result<Answer> type(DebugTable& t, const Words& words) {
  if (const auto typed = t.debugger.type(words[0] + "\n"); !typed) return fail(typed.error());
  return stop_answer(t, t.debugger.stay());
}

Result<Answer> quit(DebugTable&, const Words&) {
  return Answer{"", Json::object(), true};
}

Result<Answer> help(DebugTable&, const Words& words) {
  std::string text;
  for (const DebugCommand& c : debug_commands()) {
    if (!words.empty() && c.name != words[0] && c.alias != words[0]) continue;
    const std::string head = std::string(c.name) +
                             (c.alias.empty() ? "" : ", " + std::string(c.alias)) + " " +
                             std::string(c.arguments);
    text += fmt::format("{:<28} {}\n", head, c.help);
  }
  if (text.empty()) return usage(words[0], "is no command", "`help` lists the commands");
  return Answer{text, {{"help", text}}};
}

}  // namespace

const std::vector<DebugCommand>& debug_commands() {
  static const std::vector<DebugCommand> all = {
      {"step", "s", "[N]",
       "N steps forwards [1]; a step is an instruction, with the trap or exit that comes of it, or "
       "a wait",
       0, 1, step},
      {"back", "b", "[N]", "N steps backwards [1]", 0, 1, back},
      {"goto", "g", "CYCLE|eEVENT|sSTEP",
       "forwards or backwards to a cycle, to after an event, or to a step", 1, 1, go_to},
      {"until", "u", "ADDR|exit|trap|hole",
       "forwards to an address, or to after the next exit, trap or lie of a hole", 1, 1, until},
      {"continue", "c", "", "forwards to a breakpoint, a watchpoint, a wait for input or the end",
       0, 0, go_on},
      {"reverse-continue", "rc", "", "backwards to the last breakpoint or watchpoint, or the start",
       0, 0, reverse},
      {"who", "w", "REG|ADDR",
       "the last step that wrote a register or 4 bytes of memory, for example `who sr`, `who eflags`", 1, 1, who},
      {"break", "", "[ADDR]", "stop before the instruction at an address; without one, list them",
       0, 1, add_break},
      {"watch", "", "ADDR [BYTES]", "stop after a write into memory [4 bytes], by whomever", 1, 2,
       watch},
      {"delete", "d", "ADDR", "take a breakpoint or watchpoint away", 1, 1, remove},
      {"regs", "r", "",
       "registers; the privileged ones as the guest believes them beside the truth", 0, 0, regs},
      {"disas", "x", "[ADDR] [N]",
       "N instructions [10]; C, M, L, T mark sensitive ones (control, mode, location, time), ! a "
       "hole: it runs in user mode without a trap on this machine",
       0, 2, disas},
      {"mem", "m", "ADDR [N]", "N bytes of memory [64]", 1, 2, mem},
      {"walk", "", "ADDR",
       "how an address is translated: by the guest's page tables, and by the shadow", 1, 1, walk},
      {"units", "", "", "what binary translation has made so far", 0, 0, units},
      {"unit", "", "ADDR", "the guest's code at an address beside its translation, and why it changed",
       1, 1, unit},
      {"exits", "", "", "exits so far", 0, 0, exits},
      {"events", "e", "[N]", "the last N events [10]", 0, 1, events},
      {"console", "", "", "what the guest has printed so far", 0, 0, console},
      {"type", "t", "TEXT", "type a line at the guest's console, here", 1, 1, type},
      {"info", "i", "", "guest, machine, breakpoints, history", 0, 0, info},
      {"help", "h", "[COMMAND]",
       "the commands; ADDR is 0x80000000, 4096, a0, pc, a symbol, each with +offset", 0, 1, help},
      {"quit", "q", "", "end", 0, 0, quit},
  };
  return all;
}

Answer stop_answer(const DebugTable& t, const session::Stopped& s) {
  return {happenings_text(s.happenings, t.style) + status_text(s.position, s.why, t.style),
          {{"stop", {{"kind", s.kind}, {"why", s.why}}},
           {"position", to_json(s.position)},
           {"happened", list_of(s.happenings)}}};
}

Result<Answer> run_debug_command(DebugTable& table, std::string_view line) {
  Words words = words_of(line);
  if (words.empty()) return Answer{};
  const std::string name = words.front();
  words.erase(words.begin());
  const auto& all = debug_commands();
  const auto found = std::find_if(all.begin(), all.end(), [&](const DebugCommand& c) {
    return c.name == name || (!c.alias.empty() && c.alias == name);
  });
  if (found == all.end()) return usage(name, "is no command", "`help` lists the commands");
  // What is typed is one argument, blanks and all.
  if (found->name == "type") {
    line.remove_prefix(std::min(line.find(name) + name.size() + 1, line.size()));
    words = line.empty() ? Words{""} : Words{std::string(line)};
  }
  if (words.size() < found->least || words.size() > found->most)
    return usage(name, words.size() < found->least ? "needs more" : "takes less",
                 fmt::format("write {}{}{}", found->name, found->arguments.empty() ? "" : " ",
                             found->arguments));
  return found->run(table, words);
}

}  // namespace ringside::cli
