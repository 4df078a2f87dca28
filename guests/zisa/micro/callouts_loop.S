// The loop of micro-callouts (callouts.c).
#include "zisa.h"

    .text
    .globl loop, loop_empty
loop:                               // a0 = how often
    lw      t0, full_ones
    li      t1, -1                  // a time that never comes
    bnez    t0, 2f
1:  write_cr CR_TIMECMPH, t1
    write_cr CR_TIMECMP, t1
    write_cr CR_IENABLE, zero
    addi    a0, a0, -1
    bnez    a0, 1b
    ret
2:  li      t1, 0x50000000
1:  tlbinv  t1
    tlbinv  t1
    tlbinv  t1
    addi    a0, a0, -1
    bnez    a0, 1b
    ret

loop_empty:
1:
    addi    a0, a0, -1
    bnez    a0, 1b
    ret
