// TLBINV: drops a translation that nobody uses. Privileged: de-privileged it traps and is emulated,
// translated it is a full call-out; with nested paging the guest does it alone.
#include "zisa.h"

    .text
    .globl prepare, loop, loop_empty
prepare:
    ret

loop:                               // a0 = how often
    li      t1, 0x50000000
1:  tlbinv  t1
    addi    a0, a0, -1
    bnez    a0, 1b
    ret

loop_empty:
    li      t1, 0x50000000
1:
    addi    a0, a0, -1
    bnez    a0, 1b
    ret
