// Rewrites its own code, correctly: on Z-ISA a fetch sees earlier stores of its own CPU. Each round
// changes the constant of one `addi` and runs it. Ends with 0 if the sum came out right.
#include "zisa.h"

#define ROUNDS 1000

    .text
    .globl main
main:
    la      t0, patched
    lw      t1, 0(t0)               // addi a0, a0, 0
    li      t2, 0                   // round, also the sum that is expected
    li      t3, ROUNDS
    li      a0, 0
    li      a1, 0
1:  addi    t2, t2, 1
    slli    t4, t2, 20              // the constant stands in bits 20 to 31
    or      t4, t4, t1
    sw      t4, 0(t0)
patched:
    addi    a0, a0, 0
    add     a1, a1, t2
    bne     t2, t3, 1b
    sub     a0, a0, a1
    snez    a0, a0
    ret
