// Where the paravirtual micro-guests begin: in virtual S, on the start map (docs/hypercalls.md). What main
// returns is the exit code.
#include "hypercall.h"
#include "zisa.h"

ZISA_NOTE("zisa pv")

    .section .text.start, "ax"
    .globl _start
_start:
    la      sp, stack_top
    mv      a0, a1
    call    main

    .globl end
end:                                // a0 = code
    li      a7, HV_SHUTDOWN
    hcall
    j       end

    .bss
    .balign 16
    .space  8192
stack_top:
