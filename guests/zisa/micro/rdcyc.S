// RDCYC: reads the cycle counter. Runs in user mode too, unless SR.TSD says otherwise.
#include "zisa.h"

    .text
    .globl prepare, loop, loop_empty
prepare:
    ret

loop:                               // a0 = how often
1:  rdcyc   t0
    addi    a0, a0, -1
    bnez    a0, 1b
    ret

loop_empty:
1:
    addi    a0, a0, -1
    bnez    a0, 1b
    ret
