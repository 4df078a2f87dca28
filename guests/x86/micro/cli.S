// CLI, with interrupts off already: nothing changes but for whom it traps.
#include "layout.h"

.macro operation
    cli
.endm

    .text
    .globl prepare
prepare:
    ret

#include "loops.inc"
