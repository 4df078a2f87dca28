// What an outcome says, for each ISA.
//
// Resource state Q = mode, status register without the user flags (those count as registers),
// control registers, the halted flag, the effective translations; on x86 also the descriptor-table
// registers, debug and model-specific ones. A state = Q, registers, PC, and memory as seen through
// the map. Memory that comes out is seen through the map that went in: a changed map is a changed
// Q, not a changed memory. A fault about an address is no trap here.
#pragma once

#include "session/laboratory.hpp"
#include "session/x86_laboratory.hpp"

namespace ringside::study {

/// Whether Q came out other than it went in.
bool changes_resources(const session::LabOutcome& outcome);
bool changes_resources(const session::LabX86Outcome& outcome);

/// Whether registers, user flags, PC or memory come out different. On x86 the privilege level that
/// CS and SS hold is the mode, and not compared.
bool results_differ(const session::LabOutcome& a, const session::LabOutcome& b);
bool results_differ(const session::LabX86Outcome& a, const session::LabX86Outcome& b);

/// A trap that counts as one.
bool traps(const session::LabOutcome& outcome);
bool traps(const session::LabX86Outcome& outcome);

}  // namespace ringside::study
