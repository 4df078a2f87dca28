// The entries of all 256 vectors, and the ways between rings.
#include "layout.h"

    .text
// Each entry makes the frame of struct trap_frame (traps.h): an error code where the CPU pushes
// none (SDM 3, 6.13), and the vector. All are 16 bytes apart.
    .balign 16
    .globl trap_entries
trap_entries:
.set vector, 0
.rept 256
    .balign 16
    .if vector != 8 && (vector < 10 || vector > 14) && vector != 17
    pushl   $0
    .endif
    pushl   $vector
    jmp     trap_common
    .set vector, vector + 1
.endr

trap_common:
    pushal
    pushl   %ds
    pushl   %es
    pushl   %fs
    pushl   %gs
    movl    $SEL_KERNEL_DATA, %eax
    movl    %eax, %ds
    movl    %eax, %es
    cld
    pushl   %esp
    call    trap
    addl    $4, %esp
    popl    %gs
    popl    %fs
    popl    %es
    popl    %ds
    popal
    addl    $8, %esp
    iretl

// int guard_call(void (*code)(void)): calls code; 0 when it returns, 1 when a trap that nobody
// handles ends it (guard_escape). Guards nest.
    .globl guard_call, guard_escape
guard_call:
    movl    4(%esp), %eax
    pushl   %ebp
    pushl   %ebx
    pushl   %esi
    pushl   %edi
    pushl   guard_esp
    movl    %esp, guard_esp
    call    *%eax
    xorl    %eax, %eax
1:  pushl   $EFLAGS_FIXED
    popfl
    movl    $SEL_KERNEL_DATA, %edx
    movl    %edx, %ds
    movl    %edx, %es
    cld
    popl    guard_esp
    popl    %edi
    popl    %esi
    popl    %ebx
    popl    %ebp
    ret
guard_escape:
    movl    $SEL_KERNEL_DATA, %edx
    movl    %edx, %ss
    movl    guard_esp, %esp
    movl    $1, %eax
    jmp     1b

// void enter_user(void): leaves for user_start, with user_flags and user_registers. It comes back by a trap.
    .globl enter_user
enter_user:
    movl    $SEL_USER_DATA, %eax
    movl    %eax, %ds
    movl    %eax, %es
    movl    $SEL_KERNEL_DATA, %eax  // not for user mode: IRET takes it away
    movl    %eax, %fs
    xorl    %eax, %eax
    movl    %eax, %gs
    pushl   $SEL_USER_DATA
    pushl   $USER_STACK_TOP
    pushl   %ss:user_flags
    pushl   $SEL_USER_CODE
    pushl   %ss:user_start
    xorl    %ebx, %ebx
    xorl    %ecx, %ecx
    xorl    %edx, %edx
    xorl    %esi, %esi
    xorl    %edi, %edi
    xorl    %ebp, %ebp
    iretl

    .bss
    .balign 4
    .globl guard_esp, user_start, user_flags
guard_esp:
    .space  4
user_start:
    .space  4
user_flags:
    .space  4
    .balign 16
    .space  8192
    .globl trap_stack_top
trap_stack_top:
