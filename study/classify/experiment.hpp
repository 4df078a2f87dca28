// The search for witnesses of one instruction.
#pragma once

#include "study/classify/finding.hpp"

namespace ringside::study {

/// States drawn for each instruction.
inline constexpr u32 kTrials = 256;

/// Executes the instruction in many states and in pairs of states that differ in one respect.
/// Deterministic: the states depend on the instruction's name alone. A class that it does not
/// find is not proved absent.
Finding experiment(session::Laboratory& laboratory, const session::LabInstruction& instruction,
                   u32 trials = kTrials);

}  // namespace ringside::study
