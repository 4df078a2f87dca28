// READ_SR: reads the status register. Innocent on bare metal; on `zisa` a hole when de-privileged.
#include "zisa.h"

    .text
    .globl prepare, loop, loop_empty
prepare:
    ret

loop:                               // a0 = how often
1:  read_sr t0
    addi    a0, a0, -1
    bnez    a0, 1b
    ret

loop_empty:
1:
    addi    a0, a0, -1
    bnez    a0, 1b
    ret
