#include "zisa.h"

    .text
// Turns interrupts on for two instructions. One that waits is taken before the first of them.
    .globl cause_with_interrupts_on
cause_with_interrupts_on:
    la      t0, interrupt_entry
    write_cr CR_TVEC, t0
    li      a0, 0
    li      t0, SR_MODE | SR_IE
    li      t1, SR_MODE
    write_sr t0
    nop
    write_sr t1
    ret

    .balign 4
interrupt_entry:
    read_cr a0, CR_CAUSE
    li      t2, 1                   // lower CPU 0's software interrupt, or it would come again
    li      t3, INTC_BASE
    sw      t2, INTC_IPI_CLEAR(t3)
    tret

// Leaves S mode and calls the kernel. The trap handler does not go back to user mode: it returns to
// our caller, in S mode, as if it were this function.
    .globl cause_of_ecall_from_user_mode
cause_of_ecall_from_user_mode:
    la      t0, ecall_entry
    write_cr CR_TVEC, t0
    write_cr CR_IENABLE, zero       // user mode takes any enabled interrupt: enable none
    write_sr zero
    ecall

    .balign 4
ecall_entry:
    read_cr a0, CR_CAUSE
    ret
