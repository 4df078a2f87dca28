// GDB's `monitor COMMAND`: what a virtual machine has that GDB has no command for.
#pragma once

#include <string>
#include <string_view>

#include "session/debugger.hpp"

namespace ringside::cli {

/// Runs a command and gives what it says, in lines; of one that cannot be, what is wrong. `between`
/// as in moves.
std::string gdb_monitor(session::Debugger& debugger, std::string_view line,
                        const session::Debugger::Between& between);

}  // namespace ringside::cli
