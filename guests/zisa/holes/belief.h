// The guests of this folder are kernels. Each makes a state of which it is certain, by privileged
// instructions or by what the reset leaves, then asks one hole of `zisa` what it says. On bare
// metal the answer is what was set. A kernel that was de-privileged without its knowing gets no
// trap, hence no help from its VMM, and the answer is the real machine's.
//
// Exit code: 0 all answers were as set, 1 deceived.
#ifndef BELIEF_H
#define BELIEF_H

#include "bare.h"

// Prints one comparison, "what: I set X, INSTRUCTION says Y: ...", and gives whether they are
// equal.
bool compare(const char* what, uint32_t set, const char* instruction, uint32_t seen);

#endif
