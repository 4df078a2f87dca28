// Popek and Goldberg's question asked of non-root mode (zisa-h): does a guest there depend on, or
// change, what is the VMM's, other than by an exit? The VMM's are the host frames that the guest's
// memory lies in, its tables, its control block and registers, the interrupts of the host, and
// whether the CPU goes on. The guest's own mode, status and control registers are not: hardware
// keeps a set of them for each.
#pragma once

#include "session/laboratory_guest.hpp"
#include "study/classify/verdict.hpp"

namespace ringside::study {

/// What was found about one instruction in non-root mode; InUserMode tells whether it exits.
struct GuestFinding {
  std::string instruction;
  InUserMode exits = InUserMode::kRuns;  ///< under the controls asked for
  bool can_be_made_to_exit = false;      ///< with all controls on it always exits
  bool control = false, frames = false, status = false, user = false, time = false;
  u64 completed = 0;  ///< states in which it completed
  u64 refused = 0;    ///< states that cannot be entered: the experiment draws none

  bool sensitive() const { return control || frames || status; }
  bool hole() const { return sensitive() && exits != InUserMode::kTraps; }
};

struct NonRootClassification {
  std::vector<GuestFinding> findings;
  Verdicts verdicts;
};

/// Experiments with each instruction of the list. Deterministic, as in root mode. `nested`: the
/// guest's memory lies behind nested tables, else its own tables hold host frames.
NonRootClassification classify_non_root(const std::vector<session::LabInstruction>& instructions,
                                        session::LabExits exits = session::LabExits::kHvm,
                                        bool nested = true);

}  // namespace ringside::study
