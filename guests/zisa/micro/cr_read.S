// READ_CR: reads a control register. Privileged: de-privileged it traps and is emulated.
#include "zisa.h"

    .text
    .globl prepare, loop, loop_empty
prepare:
    ret

loop:                               // a0 = how often
1:  read_cr t0, CR_SCRATCH
    addi    a0, a0, -1
    bnez    a0, 1b
    ret

loop_empty:
1:
    addi    a0, a0, -1
    bnez    a0, 1b
    ret
