// IN from a port: the line status of COM1.
#include "layout.h"

.macro operation
    movw    $(COM1 + UART_LSR), %dx
    inb     %dx, %al
.endm

    .text
    .globl prepare
prepare:
    ret

#include "loops.inc"
