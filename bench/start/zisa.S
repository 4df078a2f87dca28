// Start-up on Z-ISA: a stack, page tables, paging on in supervisor mode, then bench_main with the
// command line from the boot information.
#include "zisa.h"

ZISA_NOTE("zisa")

    .section .text.start, "ax"
    .globl _start
_start:
    la      sp, stack_top
    la      t0, unexpected_trap
    write_cr CR_TVEC, t0
    lw      s0, 12(a1)              // boot information: where the command line is
    call    make_page_tables
    li      t0, 2 << PTBR_SHAPE_SHIFT
    or      a0, a0, t0
    write_cr CR_PTBR, a0
    li      t0, SR_MODE | SR_PG
    write_sr t0
    mv      a0, s0
    call    bench_main

    .balign 4
unexpected_trap:
    li      t0, 99 << 16 | EXIT_CODE
    li      t1, EXIT_REGISTER
    sw      t0, 0(t1)
    j       unexpected_trap

    .bss
    .balign 16
    .space  8192
stack_top:
