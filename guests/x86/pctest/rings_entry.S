// Ways between rings that are no gates: far return, SYSENTER and SYSEXIT, IRET with chosen words.
#include "layout.h"

    .text
// void enter_user_by_lret(void): a far return to ring 3 at user_start.
    .globl enter_user_by_lret
enter_user_by_lret:
    movl    $SEL_USER_DATA, %eax
    movl    %eax, %ds
    movl    %eax, %es
    pushl   $SEL_USER_DATA
    pushl   $USER_STACK_TOP
    pushl   $SEL_USER_CODE
    pushl   %ss:user_start
    lretl

// Where SYSENTER arrives: notes CS and SS, and goes back by SYSEXIT with what the user left in EDX
// and ECX.
    .globl sysenter_entry
sysenter_entry:
    movl    %cs, %eax
    movl    %ss, %ebx
    shll    $16, %ebx
    orl     %ebx, %eax
    sysexit

// uint32_t far_call(void): calls far_callee in the same ring; 1 if it came back to where it was called.
    .globl far_call
far_call:
    movl    %esp, %edx
    pushl   $0x12345678             // an argument that the callee removes
    lcall   $SEL_KERNEL_CODE, $far_callee
    cmpl    %esp, %edx
    sete    %al
    movzbl  %al, %eax
    ret
far_callee:
    lretl   $4
