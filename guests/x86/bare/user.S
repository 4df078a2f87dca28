// Into user mode and back.
#include "layout.h"

    .text
// uint32_t call_user(uint32_t address, uint32_t argument, uint32_t eflags)
    .globl call_user
call_user:
    pushl   %ebp
    pushl   %ebx
    pushl   %esi
    pushl   %edi
    movl    20(%esp), %edx
    movl    24(%esp), %ecx
    movl    28(%esp), %ebx
    orl     $EFLAGS_FIXED, %ebx
    movl    %esp, kernel_esp
    movl    $SEL_USER_DATA, %eax
    movl    %eax, %ds
    movl    %eax, %es
    xorl    %esi, %esi
    xorl    %edi, %edi
    pushl   %eax
    pushl   $0                      // the user needs no stack
    pushl   %ebx
    pushl   $SEL_USER_CODE
    pushl   %edx
    iretl

// The gate of VECTOR_LEAVE: comes back as the return of call_user.
    .globl leave_user
leave_user:
    movl    $SEL_KERNEL_DATA, %edx
    movl    %edx, %ds
    movl    %edx, %es
    movl    kernel_esp, %esp
    popl    %edi
    popl    %esi
    popl    %ebx
    popl    %ebp
    ret

    .bss
    .balign 16
    .space  4096
    .globl trap_stack_top
trap_stack_top:                     // where the CPU begins when it comes from user mode
kernel_esp:
    .space  4
