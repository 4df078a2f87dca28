// try_instruction: what of an instruction is on this CPU.
#include "layout.h"

    .text
// uint32_t try_instruction(void (*code)(void)): 1 if the code ran to its end, 0 if it raised #UD.
    .globl try_instruction
try_instruction:
    pushl   %ebp
    pushl   %ebx
    pushl   %esi
    pushl   %edi
    pushl   $0
    pushl   $refused
    pushl   $VECTOR_UD
    call    set_trap
    addl    $12, %esp
    movl    20(%esp), %eax
    movl    %esp, saved_esp
    call    *%eax
    movl    $1, %eax
leave:
    popl    %edi
    popl    %esi
    popl    %ebx
    popl    %ebp
    ret
refused:
    movl    saved_esp, %esp
    xorl    %eax, %eax
    jmp     leave

    .bss
    .balign 4
saved_esp:
    .space  4
