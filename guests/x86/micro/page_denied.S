// A page fault that the kernel does nothing about: user code touches a page that is not mapped, the handler steps over
// the access. No page table is written.
#include "layout.h"

#define DENIED (USER_BASE + 0x10000)
#define MAPPED (USER_BASE + 0x20000)
#define ENTRY(address) (((address) >> 12 & 1023) * 4)
#define LOAD_BYTES 2  // of movl (%esi), %edi

    .text
    .globl prepare
prepare:
    call    paging_on
    pushl   $USER_REGION
    call    user_entry
    movl    $data_page + (PTE_P | PTE_W | PTE_U), %edx
    movl    %edx, ENTRY(MAPPED)(%eax)
    pushl   $0
    pushl   $page_fault
    pushl   $VECTOR_PF
    call    set_trap
    addl    $16, %esp
    ret

page_fault:
    addl    $LOAD_BYTES, 4(%esp)    // the return address, behind the error code
    addl    $4, %esp
    iretl

#include "user_loops.inc"

    .section .user, "ax"
user_loop:
    movl    $DENIED, %esi
    jmp     1f
user_loop_empty:
    movl    $MAPPED, %esi
1:  movl    (%esi), %edi
    decl    %ecx
    jnz     1b
    int     $VECTOR_LEAVE

    .bss
    .balign 4096
data_page:
    .space  4096
