#include "zisa.h"

    .text
    .globl sr_in_trap_handler
sr_in_trap_handler:
    la      t0, trap_entry
    write_cr CR_TVEC, t0
    ecall                           // the handler's answer comes back in a0
    ret

    .balign 4
trap_entry:
    read_sr a0
    read_cr t0, CR_EPC
    addi    t0, t0, 4               // behind the ECALL
    write_cr CR_EPC, t0
    tret
