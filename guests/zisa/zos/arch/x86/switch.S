// context_switch(from, to): saves what a call must leave unchanged in *from, takes it from *to, and goes
// on where `to` called context_switch, on its stack.
#include "arch.h"

    .text
    .globl context_switch
context_switch:
    movl    4(%esp), %eax
    movl    8(%esp), %edx
    popl    (%eax)                  // the return address
    movl    %esp, 4(%eax)
    movl    %ebx, 8(%eax)
    movl    %esi, 12(%eax)
    movl    %edi, 16(%eax)
    movl    %ebp, 20(%eax)

    movl    4(%edx), %esp
    movl    8(%edx), %ebx
    movl    12(%edx), %esi
    movl    16(%edx), %edi
    movl    20(%edx), %ebp
    jmp     *(%edx)
