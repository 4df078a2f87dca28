// A call and its return: an indirect jump, which binary translation pays for and nobody else.
#include "zisa.h"

    .text
    .globl prepare, loop, loop_empty
prepare:
    ret

loop:                               // a0 = how often
    mv      t1, ra
1:  jal     leaf
    addi    a0, a0, -1
    bnez    a0, 1b
    jr      t1

loop_empty:
    mv      t1, ra
1:
    addi    a0, a0, -1
    bnez    a0, 1b
    jr      t1

leaf:
    ret
