// What all verbs share: exit statuses, errors, and where bundled guests are.
//
// To add a verb, write cli/verb_<name>.cpp with `void add_<name>(CLI::App&, Frame&)`, which
// registers a subcommand, and add a line to cli/verbs.hpp. Help, completion and manual page are
// made from what is registered.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace ringside::cli {

/// Exit statuses of the program, beside a guest's own code.
enum Status : int {
  kOk = 0,
  kNotHeld = 1,        ///< check: a property does not hold
  kLargestGuest = 63,  ///< stands for any larger exit code of a guest
  kUsage = 64,
  kBadFile = 65,  ///< a file that is not what it should be
  kGuestFailed = 66,
  kLimitReached = 67,
  kInternal = 70,  ///< a defect of ours
};

struct Frame {
  std::string version;
  std::vector<std::string> folders;  ///< where bundled guests are looked for
  int status = kOk;                  ///< set by the verb that ran
};

/// A new verb. `summary` is one line; `examples` are whole command lines, one per line, shown
/// under --help and in the manual.
CLI::App& add_verb(CLI::App& app, const std::string& name, const std::string& summary,
                   const std::string& examples);

/// Says "ringside: ..." on stderr, in one line.
void say(const std::string& text);

/// Says what went wrong and gives the exit status that stands for it.
int complain(const Error& error);

/// Folders in which a bundled guest may lie: that of the program, the installed data beside it,
/// and the current one.
std::vector<std::string> guest_folders(const std::string& program);

}  // namespace ringside::cli
