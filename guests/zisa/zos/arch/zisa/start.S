// The first instructions: a stack, then C. The machine starts us in supervisor mode with paging and
// interrupts off; a0 = number of the CPU, a1 = address of the boot information.
#include "arch.h"

#ifndef ZOS_PV  // that one's note is made when it is built (portsize.cpp)
ZISA_NOTE("zisa")
#endif

    .section .text.start, "ax"
    .globl _start
_start:
    lui     sp, %hi(boot_stack_top)
    addi    sp, sp, %lo(boot_stack_top)
    mv      a0, a1
    tail    machine_start

// The scheduler keeps this stack.
    .bss
    .balign 16
    .space  PAGE_SIZE
boot_stack_top:
