#include "cli/gdb_monitor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/debug_commands.hpp"
#include "cli/debug_text.hpp"
#include "cli/numbers.hpp"
#include "cli/table.hpp"

namespace ringside::cli {

using session::Debugger;

namespace {

std::string cost(const Debugger& debugger) {
  const auto report = debugger.session().report();
  Table table({{"account", false}, {"cycles"}, {"%"}});
  for (const auto& each : report.accounts)
    table.add({each.name, grouped(each.cycles), percent(each.cycles, report.cycles)});
  table.add({"all", grouped(report.cycles), percent(report.cycles, report.cycles)});
  return table.text({});
}

std::string belief(const Debugger& debugger) {
  return privileged_text(session::registers(debugger.session()), {});
}

std::string help(const Debugger&);

struct Own {
  std::string_view name, help;
  std::string (*run)(const Debugger&);
};
constexpr Own kOwn[] = {
    {"cost", "the accounts of the bill so far", cost},
    {"belief", "privileged registers: as the guest believes them beside what the machine holds",
     belief},
    {"help", "this list", help},
};

// Commands of the prompt that GDB has no counterpart for; the others it has itself.
constexpr std::string_view kShared[] = {"exits", "events", "goto", "who", "walk",
                                        "units", "unit",   "type", "info"};

bool is_shared(std::string_view name) {
  return std::find(std::begin(kShared), std::end(kShared), name) != std::end(kShared);
}

std::string help(const Debugger&) {
  std::string text;
  for (const Own& each : kOwn) text += fmt::format("{:<28} {}\n", each.name, each.help);
  for (const DebugCommand& each : debug_commands())
    if (is_shared(each.name))
      text +=
          fmt::format("{:<28} {}\n", fmt::format("{} {}", each.name, each.arguments), each.help);
  return text;
}

// GDB does not know that the session was moved: it keeps what it read before.
constexpr const char* kMoved =
    "GDB still shows the place before: `maintenance flush register-cache` has it look again\n";

}  // namespace

std::string gdb_monitor(Debugger& debugger, std::string_view line,
                        const Debugger::Between& between) {
  const std::string_view name = line.substr(0, line.find(' '));
  for (const Own& each : kOwn)
    if (each.name == name) return each.run(debugger);
  if (!is_shared(name)) return fmt::format("{}: is no command; `monitor help` lists them\n", name);
  DebugTable table{debugger, {}, between};
  const auto answer = run_debug_command(table, line);
  if (!answer) return answer.error().text() + "\n";
  return answer->text + (name == "goto" ? kMoved : "");
}

}  // namespace ringside::cli
