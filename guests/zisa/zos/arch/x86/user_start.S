// Where a program starts, and how it calls the kernel. The kernel has put argc in EAX, argv in EBX and
// made the stack. What main returns is the exit status.
#include "abi.h"

    .section .text.start, "ax"
    .globl _start
_start:
    pushl   %ebx
    pushl   %eax
    call    main
    pushl   %eax
    call    exit

// A system call: the number goes to EAX, arguments from where a C call has put them to EBX, ECX and EDX.
.macro system_call name, number
    .globl \name
\name:
    pushl   %ebx
    movl    8(%esp), %ebx
    movl    12(%esp), %ecx
    movl    16(%esp), %edx
    movl    $\number, %eax
    int     $0x80
    popl    %ebx
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
