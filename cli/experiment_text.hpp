// Experiments as text: what each found, and what held.
#pragma once

#include <string>
#include <vector>

#include "cli/style.hpp"
#include "study/experiment.hpp"

namespace ringside::cli {

/// Names, what is reproduced, presets.
std::string experiments_text(const std::vector<study::Experiment>& list, const Style& style);

/// One outcome: its rows, and what is to be known.
std::string outcome_text(const study::Experiment& experiment, const study::Outcome& outcome,
                         const Style& style);

/// A run experiment, for the table at the end.
struct Done {
  const study::Experiment* experiment;
  study::Outcome outcome;
};

/// Predictions that were missed and calibrations that are off, each with its figures; and how many
/// held.
std::string tally_text(const std::vector<Done>& done, const Style& style);

}  // namespace ringside::cli
