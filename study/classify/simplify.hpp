// Witnesses as a person wants to read them.
#pragma once

#include "study/classify/finding.hpp"

namespace ringside::study {

/// The same witness with all registers, bits and pages cleared, in both states alike, that it holds
/// without.
Witness simplify(session::Laboratory& laboratory, const Witness& witness);

}  // namespace ringside::study
