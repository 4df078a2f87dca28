// A system call that does nothing: ECALL from user mode into the kernel, and TRET back.
#include "zisa.h"

#define USER_BASE 0x40100000  // as in bare.h

    .text
    .globl prepare, loop, loop_empty
prepare:                            // a0 = boot information
    addi    sp, sp, -16
    sw      ra, 12(sp)
    call    build_page_tables
    call    paging_on
    // A first look at user memory, while a trap still ends the run: is it there?
    li      t0, USER_BASE
    lw      t0, 0(t0)
    la      t0, trap_entry
    write_cr CR_TVEC, t0
    lw      ra, 12(sp)
    addi    sp, sp, 16
    ret

loop:                               // a0 = how often
    la      t0, user_loop
    j       enter_user
loop_empty:
    la      t0, user_loop_empty

// Leaves for user mode; the user's last system call comes back as the return from here.
// There was no trap yet, so PMODE is 0, user mode, and that is where TRET goes.
enter_user:                         // t0 = user code, as the kernel sees it
    la      t1, user_begin
    sub     t0, t0, t1
    li      t1, USER_BASE
    add     t0, t0, t1              // the same code, as the user sees it
    la      t1, kernel_return
    sw      ra, 0(t1)
    li      a7, 0
    write_cr CR_EPC, t0
    tret

// EPC is the ECALL itself: go on behind it. Nothing else can trap here, so CAUSE is not asked.
    .balign 4
trap_entry:
    bnez    a7, finished
    read_cr t0, CR_EPC
    addi    t0, t0, 4
    write_cr CR_EPC, t0
    tret

finished:
    lw      ra, kernel_return
    ret

    .section .user, "ax"
user_loop:
1:  ecall
    addi    a0, a0, -1
    bnez    a0, 1b
    li      a7, 1
    ecall

user_loop_empty:
1:
    addi    a0, a0, -1
    bnez    a0, 1b
    li      a7, 1
    ecall

    .bss
    .balign 4
kernel_return:
    .space  4
