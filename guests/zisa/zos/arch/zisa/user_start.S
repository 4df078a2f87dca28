// Where a program starts, and how it calls the kernel. The kernel has put argc in a0, argv in a1 and
// made the stack. What main returns is the exit status.
#include "abi.h"

    .section .text.start, "ax"
    .globl _start
_start:
    call    main
    // falls through: exit(main(argc, argv))

// A system call: arguments are where a C call has put them already, the number goes to a7.
.macro system_call name, number
    .globl \name
\name:
    li      a7, \number
    ecall
    ret
.endm

    system_call exit, SYS_EXIT
    system_call fork, SYS_FORK
    system_call exec, SYS_EXEC
    system_call wait, SYS_WAIT
    system_call read, SYS_READ
    system_call write, SYS_WRITE
    system_call sbrk, SYS_SBRK
    system_call sleep, SYS_SLEEP
    system_call yield, SYS_YIELD
    system_call getpid, SYS_GETPID
