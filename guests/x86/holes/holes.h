// The guests of this folder are kernels of ring 0. Each makes a state of which it is certain, then
// asks one sensitive, unprivileged instruction about it, or lets it change it (Robin and Irvine,
// USENIX Security 2000, name 18; IRET is one more). On bare metal the answer is what was set. A
// kernel that was moved to ring 1 without its knowing gets no trap from these, hence no help from
// its VMM.
//
// Exit code: 0 all answers were as set, 1 deceived.
#ifndef HOLES_H
#define HOLES_H

#include "belief.h"  // compare(), shared with Z-ISA
#include "layout.h"

// ---- try.S
// Calls code; 0 if it returned, the vector + 1 of the fault (#NP, #SS, #GP) that ended it
// otherwise.
uint32_t try_code(void (*code)(void));
#define NO_FAULT 0
#define GP_FAULT (VECTOR_GP + 1)

// ---- interrupt.c
// An interrupt that waits: from the 8254, by the first 8259. It is taken as soon as IF is set.
void raise_interrupt(void);
extern volatile uint32_t interrupts_taken;  // how often it came

// Compares what a selector with RPL 1 does: a kernel in ring 0 may not use it for a segment of DPL
// 0.
#define KERNEL_DATA_RPL1 (SEL_KERNEL_DATA | 1)
#define KERNEL_CODE_RPL1 (SEL_KERNEL_CODE | 1)

#endif
