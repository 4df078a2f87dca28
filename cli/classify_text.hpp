// The Popek-Goldberg report as text for a person.
#pragma once

#include <string>

#include "cli/style.hpp"
#include "study/classify/describe.hpp"
#include "study/classify/guest.hpp"

namespace ringside::cli {

/// One row per instruction, then the theorems, a sentence each; on x86 also the published list.
std::string classify_text(const study::Classification& all, const Style& style);

/// Both states side by side, what came out, and what differs.
std::string witness_text(const study::WitnessText& witness, const Style& style);

/// One row per subset of the holes: which are open, which theorems' conditions hold.
std::string subsets_text(const std::vector<study::SubsetVerdicts>& subsets, const Style& style);

/// The sensitive instructions of a guest by address, then how many there are of each kind.
std::string uses_text(const study::GuestUses& uses, const Style& style);

}  // namespace ringside::cli
