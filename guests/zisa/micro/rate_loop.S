// The rounds of micro-rate (rate.c).
#include "zisa.h"

    .text
    .globl loop, loop_empty
loop:                               // a0 = how often
    li      a5, 1
    j       start
loop_empty:
    li      a5, 0
start:                              // a5: with the sensitive instruction
    mv      t6, ra
    la      t0, parameters
    lw      a1, 0(t0)
    lw      a2, 4(t0)
    lw      a3, 8(t0)
1:  beqz    a5, 3f
    bnez    a3, 2f
    read_cr t0, CR_SCRATCH
    j       3f
2:  rdcyc   t0
3:  mv      t1, a1
4:  beqz    t1, 5f
    jal     leaf
    addi    t1, t1, -1
    j       4b
5:  mv      t2, a2
6:  addi    t2, t2, -1
    bgtz    t2, 6b
    addi    a0, a0, -1
    bnez    a0, 1b
    jr      t6

leaf:
    ret
