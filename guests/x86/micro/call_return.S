// A call and its return: an indirect jump, which binary translation pays for and nobody else.
#include "layout.h"

.macro operation
    call    leaf
.endm

    .text
    .globl prepare
prepare:
leaf:
    ret

#include "loops.inc"
