// The catalogue of experiments: one line each, in the order of `ringside experiment list`.
#pragma once

#include "study/experiment.hpp"

// clang-format off
#define RINGSIDE_EXPERIMENTS(E) \
  E(syscall)                    \
  E(pte_write)                  \
  E(three_ways)
// clang-format on

namespace ringside::study::experiments {

#define RINGSIDE_DECLARE(name) Experiment name();
RINGSIDE_EXPERIMENTS(RINGSIDE_DECLARE)
#undef RINGSIDE_DECLARE

}  // namespace ringside::study::experiments
