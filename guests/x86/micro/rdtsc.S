// RDTSC: reads the time-stamp counter.
#include "layout.h"

.macro operation
    rdtsc
.endm

    .text
    .globl prepare
prepare:
    ret

#include "loops.inc"
