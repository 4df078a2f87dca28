// The rounds of micro-walk (walk.c), and a trap handler that steps over what trapped.
#include "walk.h"
#include "zisa.h"

    .text
    .globl loop, loop_empty, skipping_trap
loop:                               // a0 = how often
    la      t0, parameters
    lw      a1, PARAMETERS_PAGE(t0)
    lw      a2, PARAMETERS_TOGGLE(t0)
    lw      a3, PARAMETERS_LOADS(t0)
    lw      a4, PARAMETERS_MISSES(t0)
    lw      a5, PARAMETERS_WRITES(t0)
    lw      a6, PARAMETERS_ENTRY(t0)
    lw      a7, PARAMETERS_VALUE(t0)
    lw      t5, PARAMETERS_UNTIL(t0)
    lw      t6, PARAMETERS_PLAIN(t0)
1:  mv      t2, a3
    mv      t3, a4
    beqz    t2, 4f
2:  beqz    t3, 3f
    xor     a1, a1, a2              // to the other page
    addi    t3, t3, -1
3:  lw      t0, 0(a1)
    addi    t2, t2, -1
    bnez    t2, 2b
4:  mv      t4, a5
    bne     a0, t5, 5f
    mv      a6, t6
5:  beqz    t4, 6f
    sw      a7, 0(a6)
    addi    t4, t4, -1
    j       5b
6:  addi    a0, a0, -1
    bnez    a0, 1b
    ret

loop_empty:
1:
    addi    a0, a0, -1
    bnez    a0, 1b
    ret

    .balign 4
skipping_trap:
    bnez    zero, skipping_trap     // where a kernel would look at the cause
    read_cr t1, CR_EPC
    addi    t1, t1, 4
    write_cr CR_EPC, t1
    tret
