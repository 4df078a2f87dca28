// A page fault: user code touches a page that is not mapped, the kernel maps it and unmaps another,
// the access is tried again. Two pages take turns, so every touch of the loop faults.
//
// User and kernel share out the registers, so that nothing has to be saved: the user has a0, a7 and
// t0 to t2, the kernel t3 to t6 and s0.
#include "zisa.h"

#define USER_BASE 0x40100000           // as in bare.h
#define FAULTING (USER_BASE + 0x10000)  // two pages that are mapped by turns
#define MAPPED (USER_BASE + 0x20000)    // two pages that are always mapped
#define USER_DATA (PTE_V | PTE_R | PTE_W | PTE_U | PTE_A | PTE_D)

    .text
    .globl prepare, loop, loop_empty
prepare:                            // a0 = boot information
    addi    sp, sp, -16
    sw      ra, 12(sp)
    call    build_page_tables
    li      a0, FAULTING
    call    user_entry
    la      t0, faulting_entry
    sw      a0, 0(t0)
    li      a0, MAPPED
    call    user_entry
    la      t0, data_page           // both pages of a pair may show the same frame
    srli    t0, t0, PAGE_SHIFT - PTE_PAGE_SHIFT
    ori     t0, t0, USER_DATA
    sw      t0, 0(a0)
    sw      t0, 4(a0)
    la      t1, data_entry
    sw      t0, 0(t1)
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
    li      t0, FAULTING
    j       enter_user
loop_empty:
    li      t0, MAPPED
enter_user:                         // t0 = the pair of pages that the user is to touch
    la      t1, kernel_return
    sw      ra, 0(t1)
    lw      s0, faulting_entry
    lw      t6, data_entry
    li      t1, PAGE_SIZE
    li      a7, 0
    li      t2, USER_BASE
    write_cr CR_EPC, t2
    tret                            // PMODE is 0: to user mode

// TVAL is the address. Its page gets the frame, the other page of the pair loses it. Only the entry
// that was valid may be in the TLB. EPC is left as it is: the access is done again.
    .balign 4
trap_entry:
    bnez    a7, finished
    read_cr t3, CR_TVAL
    srli    t4, t3, PAGE_SHIFT - 2  // offset of the page's entry in the pair: 0 or 4
    andi    t4, t4, 4
    add     t5, s0, t4
    sw      t6, 0(t5)               // map this one
    xori    t4, t4, 4
    add     t5, s0, t4
    sw      zero, 0(t5)             // unmap the other
    li      t4, PAGE_SIZE
    xor     t3, t3, t4
    tlbinv  t3
    tret

finished:
    lw      ra, kernel_return
    ret

    .section .user, "ax"
user_loop:
1:  lw      t2, 0(t0)
    xor     t0, t0, t1              // to the other page of the pair
    addi    a0, a0, -1
    bnez    a0, 1b
    li      a7, 1
    ecall

    .bss
    .balign 4096
data_page:
    .space  4096
faulting_entry:
    .space  4
data_entry:
    .space  4
kernel_return:
    .space  4
