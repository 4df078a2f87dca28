// A page fault: user code touches a page that is not mapped, the kernel maps it and unmaps another,
// the access is tried again. Two pages take turns, so every touch of the loop faults.
//
// User and kernel share out the registers, so that nothing has to be saved: the user has ECX, ESI and
// EDI, the kernel EAX, EBX, EDX and EBP.
#include "layout.h"

#define FAULTING (USER_BASE + 0x10000)  // two pages that are mapped by turns
#define MAPPED (USER_BASE + 0x20000)    // two pages that are always mapped
#define ENTRY(address) (((address) >> 12 & 1023) * 4)

    .text
    .globl prepare
prepare:
    call    paging_on
    pushl   $USER_REGION
    call    user_entry
    movl    %eax, user_table
    movl    $data_page + (PTE_P | PTE_W | PTE_U), %edx  // both pages of a pair show the same frame
    movl    %edx, ENTRY(MAPPED)(%eax)
    movl    %edx, ENTRY(MAPPED) + 4(%eax)
    pushl   $0
    pushl   $page_fault
    pushl   $VECTOR_PF
    call    set_trap
    addl    $16, %esp
    ret

// CR2 is the address. Its page gets the frame, the other page of the pair loses it. Only the entry
// that was valid may be in the TLB.
page_fault:
    movl    %cr2, %eax
    movl    %ss:user_table, %ebx
    movl    %eax, %edx
    shrl    $10, %edx
    andl    $4, %edx                // offset of the page's entry in the pair: 0 or 4
    movl    $data_page + (PTE_P | PTE_W | PTE_U), %ebp
    movl    %ebp, %ss:ENTRY(FAULTING)(%ebx, %edx)
    xorl    $4, %edx
    movl    $0, %ss:ENTRY(FAULTING)(%ebx, %edx)
    xorl    $PAGE_SIZE, %eax
    invlpg  (%eax)
    addl    $4, %esp                // the error code
    iretl

#include "page_fault_user.inc"

    .bss
    .balign 4096
data_page:
    .space  4096
user_table:
    .space  4
