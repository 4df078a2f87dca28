// INT1 from user mode through a gate that INT 1 may not use, and IRET back behind it.
#include "layout.h"

    .text
    .globl prepare
prepare:
    call    paging_on
    pushl   $0
    pushl   $debug_trap
    pushl   $VECTOR_DB
    call    set_trap
    addl    $12, %esp
    ret

debug_trap:
    iretl

#include "user_loops.inc"

    .section .user, "ax"
user_loop:
1:  .byte   0xf1                    // INT1, which not every assembler knows
    decl    %ecx
    jnz     1b
    int     $VECTOR_LEAVE

user_loop_empty:
1:
    decl    %ecx
    jnz     1b
    int     $VECTOR_LEAVE
