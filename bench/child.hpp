// Runs a program of the host and says what it took.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"

namespace ringside::bench {

/// What a process took, as the operating system counts it.
struct Child {
  int status = 0;          ///< exit status, 128 + signal if it was killed
  double cpu_seconds = 0;  ///< user and system time of all its threads
  double wall_seconds = 0;
  u64 resident_bytes = 0;  ///< at its peak
  std::string output;      ///< what it wrote to stdout
};

/// Runs `command` with `input` (at most some KiB) on stdin, and stderr left to the terminal. An
/// error if it cannot be started.
Result<Child> run_child(const std::vector<std::string>& command, const std::string& input = "");

}  // namespace ringside::bench
