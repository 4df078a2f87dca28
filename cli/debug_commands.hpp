// The commands of `ringside debug`: each takes words and gives an answer as text and as JSON.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/style.hpp"
#include "session/debugger.hpp"

namespace ringside::cli {

struct Answer {
  std::string text;             ///< lines
  nlohmann::ordered_json json;  ///< an object; empty if there is nothing beside the text
  bool quit = false;
};

/// What commands work on.
struct DebugTable {
  session::Debugger& debugger;
  Style style;
  session::Debugger::Between between;  ///< called while the guest runs
};

using Words = std::vector<std::string>;  ///< arguments, without the command

struct DebugCommand {
  std::string_view name, alias, arguments, help;
  std::size_t least, most;  ///< arguments
  Result<Answer> (*run)(DebugTable&, const Words&);
};

/// All of them, in the order of `help`.
const std::vector<DebugCommand>& debug_commands();

/// Runs a line. Errors: unknown commands, arguments that do not fit; one line each with a remedy.
Result<Answer> run_debug_command(DebugTable& table, std::string_view line);

/// The status line of where the session stands, and what happened in the step before.
Answer stop_answer(const DebugTable& table, const session::Stopped& stopped);

}  // namespace ringside::cli
