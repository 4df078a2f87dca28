// The theorems of Popek and Goldberg, judged by findings.
#pragma once

#include <array>

#include "study/classify/finding.hpp"

namespace ringside::study {

/// What one theorem says of a machine.
struct Verdict {
  bool holds = true;
  std::vector<std::string> breakers;  ///< the instructions that break its condition
  std::string sentence;               ///< what a person reads
};

/// Verdict i is on theorem i + 1:
/// 1: each sensitive instruction is privileged, so a VMM can be built (a sufficient condition).
/// 2: 1, and each time-sensitive instruction can be made to trap, so VMMs nest.
/// 3: each user-sensitive instruction is privileged, so a hybrid VMM can be built, which interprets
///    supervisor mode.
using Verdicts = std::array<Verdict, 3>;
Verdicts judge(const std::vector<Finding>& findings);

/// What of an instruction the theorems ask for.
struct Judged {
  std::string instruction;
  bool sensitive = false, user_sensitive = false, time_sensitive = false;
  bool privileged = false;  ///< always traps where a guest runs
  bool can_be_made_to_trap = false;
};
/// The same; `privileged` is how the sentences call it.
Verdicts judge(const std::vector<Judged>& cases, std::string_view privileged);

}  // namespace ringside::study
