// A store into the page tables in use. The entry keeps its value, so that nothing else changes: on
// bare metal an ordinary store, under shadow paging a write to a traced page.
#include "zisa.h"

#define USER_BASE 0x40100000  // as in bare.h

    .text
    .globl prepare, loop, loop_empty
prepare:                            // a0 = boot information
    addi    sp, sp, -16
    sw      ra, 12(sp)
    call    build_page_tables
    call    paging_on
    // Use the page that the entry maps: a VMM knows the table of a page that was used.
    li      t0, USER_BASE
    lw      t0, 0(t0)
    li      a0, USER_BASE
    call    user_entry
    la      t0, entry
    sw      a0, 0(t0)
    lw      ra, 12(sp)
    addi    sp, sp, 16
    ret

loop:                               // a0 = how often
    lw      t1, entry
    lw      t0, 0(t1)
1:  sw      t0, 0(t1)
    addi    a0, a0, -1
    bnez    a0, 1b
    ret

loop_empty:
    lw      t1, entry
    lw      t0, 0(t1)
1:
    addi    a0, a0, -1
    bnez    a0, 1b
    ret

    // One page of user code, for its entry alone.
    .section .user, "ax"
    nop

    .bss
    .balign 4
entry:
    .space  4
