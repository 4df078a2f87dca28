// User code that computes: it multiplies, branches, and reads and writes four pages. It needs no
// kernel from the first touch of these pages to its end.
#include "layout.h"

#define USER_PAGES (USER_BASE + 0x10000)
#define PAGES 4

    .text
    .globl prepare
prepare:
    call    paging_on
    pushl   $USER_PAGES
    call    user_entry
    addl    $4, %esp
    movl    $data_pages + (PTE_P | PTE_W | PTE_U), %edx
    movl    $PAGES, %ecx
1:  movl    %edx, (%eax)
    addl    $PAGE_SIZE, %edx
    addl    $4, %eax
    loop    1b
    ret

#include "user_loops.inc"

    .section .user, "ax"
user_loop:
    movl    $1, %eax
1:  imull   $1103515245, %eax, %eax  // the next of a row of numbers that look like chance
    addl    $12345, %eax
    movl    %eax, %esi
    shrl    $12, %esi
    andl    $(PAGES * PAGE_SIZE - 4), %esi
    movl    USER_PAGES(%esi), %edi
    testl   $64, %eax
    jz      2f
    xorl    %eax, %edi
2:  addl    %eax, %edi
    movl    %edi, USER_PAGES(%esi)
    decl    %ecx
    jnz     1b
    int     $VECTOR_LEAVE

user_loop_empty:
1:
    decl    %ecx
    jnz     1b
    int     $VECTOR_LEAVE

    .bss
    .balign 4096
data_pages:
    .space  PAGES * PAGE_SIZE
