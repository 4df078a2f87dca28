// CLTS, where TS is clear already: nothing changes but for whom it traps.
#include "layout.h"

.macro operation
    clts
.endm

    .text
    .globl prepare
prepare:
    ret

#include "loops.inc"
