// The unit of micro-unit (unit.c).
#include "zisa.h"

    .macro  unit_after_first        // ten instructions, of which the loop ends with two
    .rept   9
    addi    t1, t1, 1
    .endr
    .endm

    .text
    .globl loop, loop_empty
loop:                               // a0 = how often, plus one
loop_empty:
    lw      t0, with_callout
    li      t2, 0x50000000
    addi    a0, a0, -1
    bnez    t0, 2f
    beqz    a0, 3f
1:  read_cr t0, CR_SCRATCH
    unit_after_first
    addi    a0, a0, -1
    bnez    a0, 1b
    j       3f
2:  beqz    a0, 3f
1:  tlbinv  t2
    unit_after_first
    addi    a0, a0, -1
    bnez    a0, 1b
3:  ret
