// Where every bare guest begins: a stack, its own descriptor tables, then main(boot). What main
// returns is the exit code. A multiboot loader starts us in protected mode with flat segments, paging
// and interrupts off; EAX = magic, EBX = multiboot information.
#include "layout.h"

X86_NOTE("x86")
MULTIBOOT_HEADER

    .text
    .globl _start
_start:
    movl    $stack_top, %esp
    pushl   %ebx
    call    build_tables
    call    main
    pushl   %eax
    call    end

// end(code): ends the run.
    .globl end
end:
    movl    4(%esp), %eax
    outb    %al, $DEBUG_EXIT
1:  cli
    hlt
    jmp     1b

// A trap that the guest did not ask for is a mistake of the guest.
    .globl unexpected_trap
unexpected_trap:
    pushl   $UNEXPECTED_TRAP
    call    end

    .bss
    .balign 16
    .space  8192
stack_top:
