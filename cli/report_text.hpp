// The report of a run as text for a person.
#pragma once

#include <string>

#include "cli/style.hpp"
#include "session/report.hpp"

namespace ringside::cli {

/// How it ended, instructions, cycles by account, exits in the layout of `perf kvm stat report`,
/// holes in sentences. `explain` adds what the words mean.
std::string report_text(const session::Report& report, const Style& style, bool explain);

/// The same for each guest of a machine, and a table of who had the CPU for how long.
std::string machine_text(const session::MachineReport& report, const Style& style, bool explain);

/// How a run ended, in one sentence.
std::string ending_sentence(const session::Report& report);

/// The guest's exit code or what stands for a failure or a limit, as the exit status of a process.
int exit_status(const session::Report& report);

}  // namespace ringside::cli
