// The handler of wait.c: counts, and does not tell the 8259.
    .text
    .globl interrupted
interrupted:
    incl    interrupts
    iretl

    .bss
    .balign 4
    .globl interrupts
interrupts:
    .space  4
