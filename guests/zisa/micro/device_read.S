// A load from a device: the line status of the 16550. On bare metal a slow load; for a VMM a fault
// on a page that maps nothing, whose meaning it has to find out.
#include "zisa.h"

    .text
    .globl prepare, loop, loop_empty
prepare:
    ret

loop:                               // a0 = how often
    li      t1, CONSOLE_BASE
1:  lbu     t0, CONSOLE_LSR(t1)
    addi    a0, a0, -1
    bnez    a0, 1b
    ret

loop_empty:
    li      t1, CONSOLE_BASE
1:
    addi    a0, a0, -1
    bnez    a0, 1b
    ret
