// A system call that does nothing: INT from user mode into the kernel, and IRET back.
#include "layout.h"

    .text
    .globl prepare
prepare:
    call    paging_on
    pushl   $3
    pushl   $system_call
    pushl   $VECTOR_CALL
    call    set_trap
    addl    $12, %esp
    ret

system_call:
    iretl

#include "user_loops.inc"

    .section .user, "ax"
user_loop:
1:  int     $VECTOR_CALL
    decl    %ecx
    jnz     1b
    int     $VECTOR_LEAVE

user_loop_empty:
1:
    decl    %ecx
    jnz     1b
    int     $VECTOR_LEAVE
