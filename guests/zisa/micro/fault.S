// A fault that needs no work on memory: a word that is no instruction; the handler steps over it.
#include "zisa.h"

    .text
    .globl prepare, loop, loop_empty
prepare:
    la      t0, trap_entry
    write_cr CR_TVEC, t0
    ret

loop:                               // a0 = how often
1:  .word   0
    addi    a0, a0, -1
    bnez    a0, 1b
    ret

loop_empty:
1:
    addi    a0, a0, -1
    bnez    a0, 1b
    ret

    .balign 4
trap_entry:
    bnez    zero, trap_entry        // where a kernel would look at the cause
    read_cr t0, CR_EPC
    addi    t0, t0, 4
    write_cr CR_EPC, t0
    tret
