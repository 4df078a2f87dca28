// Drawing what an experiment starts from: states of the small machine, and code of an instruction.
#pragma once

#include "session/x86_laboratory.hpp"
#include "study/classify/random.hpp"

namespace ringside::study {

using session::LabInstruction;
using session::LabState;

/// Any valid state in which a CPU can execute an instruction (it is not halted). Corner values are
/// more likely than others: registers often hold addresses of pages, boundaries, 0, 1, -1.
LabState draw_state(Random& random);

/// A word of the instruction with any operands; small immediates are more likely than others.
u32 draw_word(Random& random, const LabInstruction& instruction);

/// The same for all laboratories: a state, and code of an instruction.
inline void draw(Random& random, LabState& state) {
  state = draw_state(random);
}
void draw(Random& random, session::LabX86State& state);
inline u32 draw_code(Random& random, const LabInstruction& instruction) {
  return draw_word(random, instruction);
}
/// Any prefix, registers, addressing and immediate, as far as the instruction stays what it is.
session::LabX86Code draw_code(Random& random, const session::LabX86Instruction& instruction);

/// Frames in a random order.
std::array<u32, session::kLabFrames> draw_order(Random& random);
/// A place for page tables, with the given number of levels.
u32 draw_ptbr(Random& random, u32 levels);
u32 draw_cr3(Random& random);
/// Bits of CR0 and CR4 that change neither protected mode nor paging.
u32 draw_cr0(Random& random);
u32 draw_cr4(Random& random);
/// Rights that the entry of a page can have.
u32 draw_rights(Random& random);

}  // namespace ringside::study
