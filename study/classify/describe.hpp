// Witnesses in words: what a person reads who replays one.
#pragma once

#include "study/classify/witness.hpp"

namespace ringside::study {

/// Replays a witness and takes it apart; `shown` is the class that the finding takes it for. For
/// Laboratory and X86Laboratory.
template <class Lab>
WitnessText describe(Lab& laboratory, Class shown, const WitnessOf<Lab>& witness);

}  // namespace ringside::study
