// User code that computes: it multiplies, branches, calls, and reads and writes four pages. It needs no kernel
// from the first touch of these pages to its end.
#include "zisa.h"

#define USER_BASE 0x40100000           // as in bare.h
#define USER_PAGES (USER_BASE + 0x10000)
#define USER_DATA (PTE_V | PTE_R | PTE_W | PTE_U | PTE_A | PTE_D)

    .text
    .globl prepare, loop, loop_empty
prepare:                            // a0 = boot information
    addi    sp, sp, -16
    sw      ra, 12(sp)
    call    build_page_tables
    li      a0, USER_PAGES
    call    user_entry
    la      t0, data_pages
    srli    t0, t0, PAGE_SHIFT - PTE_PAGE_SHIFT
    ori     t0, t0, USER_DATA
    li      t1, 1 << PTE_PAGE_SHIFT
    li      t2, 4
1:  sw      t0, 0(a0)
    add     t0, t0, t1
    addi    a0, a0, 4
    addi    t2, t2, -1
    bnez    t2, 1b
    call    paging_on
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
enter_user:                         // t0 = user code, as the kernel sees it
    la      t1, user_begin
    sub     t0, t0, t1
    li      t1, USER_BASE
    add     t0, t0, t1
    la      t1, kernel_return
    sw      ra, 0(t1)
    write_cr CR_EPC, t0
    tret

// The one trap is the user's last system call.
    .balign 4
trap_entry:
    lw      ra, kernel_return
    ret

    .section .user, "ax"
user_loop:
    li      t0, USER_PAGES
    li      t1, 1103515245
    li      t2, 0x3ffc
    li      a1, 1
1:  mul     a1, a1, t1              // the next of a row of numbers that look like chance
    addi    a1, a1, 1235
    srli    a2, a1, 12
    and     a2, a2, t2
    add     a2, a2, t0
    lw      a3, 0(a2)
    andi    a4, a1, 64
    beqz    a4, 2f
    jal     change
2:  add     a3, a3, a1
    sw      a3, 0(a2)
    addi    a0, a0, -1
    bnez    a0, 1b
    ecall

change:
    xor     a3, a3, a1
    ret

user_loop_empty:
1:
    addi    a0, a0, -1
    bnez    a0, 1b
    ecall

    .bss
    .balign 4096
data_pages:
    .space  4 * 4096
kernel_return:
    .space  4
