// try_code: a call that may end in a fault.
#include "layout.h"

    .text
    .globl try_code
try_code:
    .irp    vector, VECTOR_NP, VECTOR_SS, VECTOR_GP
    pushl   $0
    pushl   $fault_\vector
    pushl   $\vector
    call    set_trap
    addl    $12, %esp
    .endr
    movl    4(%esp), %eax
    pushl   %ebp
    pushl   %ebx
    pushl   %esi
    pushl   %edi
    movl    %esp, saved_esp
    call    *%eax
    xorl    %eax, %eax
leave:
    movl    $SEL_KERNEL_DATA, %edx
    movl    %edx, %ds
    movl    %edx, %es
    popl    %edi
    popl    %esi
    popl    %ebx
    popl    %ebp
    ret

    .irp    vector, VECTOR_NP, VECTOR_SS, VECTOR_GP
fault_\vector:
    movl    %ss:saved_esp, %esp
    movl    $(\vector + 1), %eax
    jmp     leave
    .endr

    .bss
    .balign 4
saved_esp:
    .space  4
