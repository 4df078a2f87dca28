// What CLI becomes: a store to the shared page, which no VMM hears of.
#include "hypercall.h"
#include "layout.h"

.macro operation
    movl    $1, shared_page + SHARED_MASK
.endm

    .text
    .globl prepare
prepare:
    ret

#include "loops.inc"
