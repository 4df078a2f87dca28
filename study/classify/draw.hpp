// Drawing what an experiment starts from: states of the small machine, and words of an instruction.
#pragma once

#include "session/laboratory.hpp"
#include "study/classify/random.hpp"

namespace ringside::study {

using session::LabInstruction;
using session::LabState;

/// Any valid state in which a CPU can execute an instruction (it is not halted). Corner values are
/// more likely than others: registers often hold addresses of pages, boundaries, 0, 1, -1.
LabState draw_state(Random& random);

/// A word of the instruction with any operands; small immediates are more likely than others.
u32 draw_word(Random& random, const LabInstruction& instruction);

/// Frames in a random order.
std::array<u32, session::kLabFrames> draw_order(Random& random);
/// A place for page tables, with the given number of levels.
u32 draw_ptbr(Random& random, u32 levels);
/// Rights that the entry of a page can have.
u32 draw_rights(Random& random);

}  // namespace ringside::study
