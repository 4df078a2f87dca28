// A division by zero; the handler steps over it.
#include "layout.h"

.macro operation
    divl    zero
.endm
#define DIVL_SIZE 6  // bytes of DIV with an address

    .text
    .globl prepare
prepare:
    pushl   $0
    pushl   $divide_error
    pushl   $VECTOR_DE
    call    set_trap
    addl    $12, %esp
    ret

divide_error:
    addl    $DIVL_SIZE, (%esp)
    iretl

#include "loops.inc"

    .bss
    .balign 4
zero:
    .space  4
