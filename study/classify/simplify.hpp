// Witnesses as a person wants to read them.
#pragma once

#include "study/classify/witness.hpp"

namespace ringside::study {

/// The same witness with all registers, bits and pages cleared, in both states alike, that it holds
/// without. For Laboratory and X86Laboratory.
template <class Lab>
WitnessOf<Lab> simplify(Lab& laboratory, const WitnessOf<Lab>& witness);

}  // namespace ringside::study
