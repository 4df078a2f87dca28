// The search for witnesses of one instruction.
#pragma once

#include "study/classify/witness.hpp"

namespace ringside::study {

/// What an experiment gives: the finding as plain data, and its witnesses as states to start from.
template <class Lab>
struct Experiment {
  Finding finding;
  std::map<Class, WitnessOf<Lab>> witnesses;  ///< of the finding's classes
};

/// Executes the instruction in many states and in pairs of states that differ in one respect.
/// Deterministic: the states depend on the instruction's name alone. A class that it does not
/// find is not proved absent. For Laboratory and X86Laboratory.
template <class Lab>
Experiment<Lab> experiment(Lab& laboratory, const typename Lab::Instruction& instruction,
                           u32 trials = Lab::kTrials);

}  // namespace ringside::study
