// Where every bare guest begins: a stack, a trap vector, then main(boot_info). What main returns
// is the exit code. The machine starts us in supervisor mode with paging and interrupts off,
// a0 = number of the CPU, a1 = address of the boot information.
#include "zisa.h"

#define UNEXPECTED_TRAP 99

ZISA_NOTE("zisa")

    .section .text.start, "ax"
    .globl _start
_start:
    la      sp, stack_top
    la      t0, unexpected_trap
    write_cr CR_TVEC, t0
    mv      a0, a1
    call    main

// end(code): ends the run with that code.
    .globl end
end:
    li      t0, EXIT_OK
    beqz    a0, 1f
    slli    a0, a0, 16
    li      t0, EXIT_CODE
    or      t0, t0, a0
1:  li      t1, EXIT_REGISTER
    sw      t0, 0(t1)
    j       1b

// A guest that expects traps sets TVEC itself. Any other trap is a mistake of the guest: end with
// a code that says so.
    .balign 4
    .globl unexpected_trap
unexpected_trap:
    li      a0, UNEXPECTED_TRAP
    j       end

    .bss
    .balign 16
    .space  8192
stack_top:
