// User code that asks the holes, and the way there and back.
#include "zisa.h"

#define USER_BASE 0x40000000  // as in bare.h

    .text
    .globl ask_in_user_mode
ask_in_user_mode:                   // a0 = where the answers go, a1 = the address to probe
    addi    sp, sp, -16
    sw      ra, 12(sp)
    sw      a0, 8(sp)
    la      t0, trap_entry
    write_cr CR_TVEC, t0
    li      t0, USER_BASE
    write_cr CR_EPC, t0
    li      a2, -1                  // what stays there if the instruction traps
    li      a3, -1
    li      a4, -1
    tret                            // there was no trap yet, so PMODE is 0: user mode

// A hole that is closed traps: go on behind it. The system call ends the asking.
    .balign 4
trap_entry:
    read_cr t0, CR_CAUSE
    li      t1, CAUSE_ECALL_U
    beq     t0, t1, asked
    read_cr t0, CR_EPC
    addi    t0, t0, 4
    write_cr CR_EPC, t0
    tret

asked:
    lw      a0, 8(sp)
    sw      a2, 0(a0)
    sw      a3, 4(a0)
    sw      a4, 8(a0)
    lw      ra, 12(sp)
    addi    sp, sp, 16
    ret

    .section .user, "ax"
    read_sr a2
    read_ptbr a3
    probe   a4, a1
    ecall
