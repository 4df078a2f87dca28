// A store into the page tables in use. The entry keeps its value, so that nothing else changes: on
// bare metal an ordinary store, under shadow paging a write to a traced page.
#include "layout.h"

    .text
    .globl prepare, loop, loop_empty
prepare:
    call    paging_on
    // Use the page that the entry maps: a VMM knows the table of a page that was used.
    movl    USER_BASE, %eax
    pushl   $USER_BASE
    call    user_entry
    addl    $4, %esp
    movl    %eax, entry
    ret

loop:                               // void loop(uint32_t count)
    movl    4(%esp), %ecx
    movl    entry, %edx
    movl    (%edx), %eax
1:  movl    %eax, (%edx)
    decl    %ecx
    jnz     1b
    ret

loop_empty:
    movl    4(%esp), %ecx
    movl    entry, %edx
    movl    (%edx), %eax
1:
    decl    %ecx
    jnz     1b
    ret

    // One page of user code, for its entry alone.
    .section .user, "ax"
    nop

    .bss
    .balign 4
entry:
    .space  4
