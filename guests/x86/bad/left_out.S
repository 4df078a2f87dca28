// Uses what the subset leaves out: FLDZ of the x87 three times, ADDPS of SSE once. Its handler of #UD
// steps over them. Exit code 1, as that of a kernel that cannot do without.
#include "layout.h"

    .text
    .globl main
main:
    pushl   $0
    pushl   $step_over
    pushl   $VECTOR_UD
    call    set_trap
    addl    $12, %esp
    movl    $3, %ecx
    .globl  use_x87
use_x87:
    fldz
    nop                             // three bytes, as the other
    loop    use_x87
    addps   %xmm1, %xmm0
    movl    $1, %eax
    ret

step_over:
    addl    $3, (%esp)
    iretl
