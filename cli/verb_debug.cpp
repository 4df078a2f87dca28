// ringside debug: stepping in the terminal, forwards and backwards.
#include <fmt/format.h>

#include <chrono>
#include <iostream>

#include "cli/console_lines.hpp"
#include "cli/debug_commands.hpp"
#include "cli/debug_prompt.hpp"
#include "cli/debug_text.hpp"
#include "cli/gdb_server.hpp"
#include "cli/guest_options.hpp"
#include "cli/numbers.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace ringside::cli {

using session::Debugger;
using Json = nlohmann::ordered_json;

namespace {

struct DebugOptions {
  GuestOptions guest;
  std::string name;
  std::optional<std::string> gdb;  ///< a port
  bool json = false;
};

/// The guest's lines, each behind a bar.
std::string with_bars(const std::string& text) {
  std::string lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines += "| " + text.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return lines;
}

class Debug {
 public:
  Debug(Debugger& debugger, bool json)
      : console_(debugger), json_(json), table_{debugger, style_of(1), [this] {
                                                  return between();
                                                }} {}

  int run() {
    const auto prompt =
        stdin_is_terminal() && !json_
            ? terminal_prompt([this](const std::string& word) { return completions(word); })
            : script_prompt(!json_);
    if (!json_) print(stop_answer(table_, table_.debugger.stay()).text);
    while (const auto line = prompt->line())
      if (!execute(*line)) break;
    return table_.debugger.history().diverged() ? complain(replay_diverged()) : status_;
  }

 private:
  // False to end.
  bool execute(const std::string& line) {
    if (line.find_first_not_of(" \t") == std::string::npos) return true;
    const InterruptWatch interrupts;
    started_ = shown_ = Clock::now();
    const auto answer = run_debug_command(table_, line);
    clear_progress();
    show(line, answer);
    return !table_.debugger.history().diverged() && (!answer || !answer->quit);
  }

  void show(const std::string& line, const Result<Answer>& answer) {
    // A script with a mistake in it is to be noticed; a person has seen it.
    if (!answer && !stdin_is_terminal()) status_ = kUsage;
    if (json_) return show_json(line, answer);
    print(with_bars(console_.take(true)));
    if (!answer) return say(answer.error().text());
    print(answer->text);
  }

  void show_json(const std::string& line, const Result<Answer>& answer) {
    Json object = {{"schema", "ringside/debug/1"}, {"command", line}};
    if (answer) object.update(answer->json.is_null() ? Json::object() : answer->json);
    if (!answer) object["error"] = answer.error().text();
    object["console"] = console_.take(true);
    print(object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  }

  static void print(const std::string& text) { std::cout << text << std::flush; }

  // --- while the guest runs ---

  using Clock = std::chrono::steady_clock;

  bool between() {
    if (!json_) {
      const std::string text = console_.take(false);
      if (!text.empty()) clear_progress(), print(with_bars(text));
      show_progress();
    }
    return !InterruptWatch::interrupted();
  }

  void show_progress() {
    const auto now = Clock::now();
    const bool due =
        now - started_ > std::chrono::seconds(2) && now - shown_ > std::chrono::milliseconds(200);
    if (!due || !stderr_is_terminal()) return;
    shown_ = now;
    const auto progress = table_.debugger.session().progress();
    fmt::print(stderr, "\r\033[K{} million instructions, {} million cycles; Ctrl+C stops here",
               grouped(progress.instructions / 1000000), grouped(progress.cycles / 1000000));
    std::fflush(stderr);
    progress_visible_ = true;
  }
  void clear_progress() {
    if (progress_visible_) fmt::print(stderr, "\r\033[K");
    progress_visible_ = false;
  }

  std::vector<std::string> completions(const std::string& word) const {
    std::vector<std::string> found;
    const auto consider = [&](std::string_view candidate) {
      if (candidate.starts_with(word)) found.emplace_back(candidate);
    };
    for (const auto& command : debug_commands()) consider(command.name);
    for (const auto& name : table_.debugger.names()) consider(name);
    return found;
  }

  ConsoleLines console_;
  bool json_;
  DebugTable table_;
  int status_ = kOk;
  Clock::time_point started_{}, shown_{};
  bool progress_visible_ = false;
};

Result<u16> port_of(const DebugOptions& given) {
  const auto number = parse_number(*given.gdb);
  if (number && *number <= 0xffff && !given.json) return static_cast<u16>(*number);
  const std::string cause = given.json ? "does not go with --json" : *given.gdb + " is no port";
  return fail(
      {Error::Kind::kUsage, "", "--gdb", cause,
       given.json ? "leave one of them out" : "give a number from 0 to 65535; 0 is any free one"});
}

// A person watches a terminal, and GDB is one too.
Result<Debugger> open(const DebugOptions& given) {
  const bool watched = stdin_is_terminal() || given.gdb;
  auto options = given.guest.finish(watched ? 0 : kUnwatchedLimit);
  if (!options) return fail(options.error());
  options->guest = given.name;
  return Debugger::open(*options);
}

Result<int> debug(const DebugOptions& given) {
  if (!given.gdb) {
    auto debugger = open(given);
    if (!debugger) return fail(debugger.error());
    return Debug(*debugger, given.json).run();
  }
  const auto port = port_of(given);
  if (!port) return fail(port.error());
  auto debugger = open(given);
  if (!debugger) return fail(debugger.error());
  return serve_gdb(*debugger, *port);
}

}  // namespace

void add_debug(CLI::App& app, Frame& frame) {
  auto& verb = add_verb(app, "debug", "Step through a guest, forwards and backwards",
                        "  ringside debug guests/zisa/zos --append hello\n"
                        "  ringside debug guests/zisa/zos --isa zisa-v --strategy trap-emulate\n"
                        "  printf 'until exit\\nback\\nwho sr\\nregs\\n' | ringside debug "
                        "guests/zisa/zos --strategy trap-emulate\n"
                        "`help` at the prompt lists the commands. Commands on standard input run "
                        "as a script; one with a\n"
                        "mistake goes on and ends with status 64.");
  auto o = std::make_shared<DebugOptions>();
  verb.add_option("GUEST", o->name, "An ELF file, or a bundled guest such as guests/zisa/zos")
      ->required();
  add_strategy_option(verb, o->guest);
  add_guest_options(verb, o->guest, frame);
  add_history_option(verb, o->guest);
  verb.add_option(
          "--gdb", o->gdb,
          "Wait for GDB on this port of 127.0.0.1 instead of reading commands; 0: a free one "
          "(docs/gdb.md)")
      ->type_name("PORT");
  verb.add_flag("--json", o->json,
                "One JSON object per command on stdout (schema ringside/debug/1)");
  verb.callback([o, &frame] {
    const auto status = debug(*o);
    frame.status = status ? *status : complain(status.error());
  });
}

}  // namespace ringside::cli
