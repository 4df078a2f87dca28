// Where the paravirtual micro-guests begin, in ring 1 on the start map (docs/hypercalls.md, section 9), and how traps come to
// handlers that expect the CPU's frame on the stack, as those of the bare machine do.
#include "hypercall.h"
#include "layout.h"

X86_NOTE("x86 pv")
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
    movl    4(%esp), %ebx
    movl    $HV_SHUTDOWN, %eax
    vmcall
    jmp     end

    .globl unexpected_trap
unexpected_trap:
    pushl   $UNEXPECTED_TRAP
    call    end

// The VMM writes nothing to the stack: all that a trap says, and EAX, is in the shared page. IRET takes the frame back without
// a call. Data segments are those of the interrupted code.
#define SHARED(word) %ss:shared_page + word
    .globl trap_entry
trap_entry:
    movl    SHARED(SHARED_CS), %eax
    testl   $2, %eax                // ring 3, or 1?
    jz      1f
    pushl   SHARED(SHARED_SS)
    pushl   SHARED(SHARED_ESP)
1:  pushl   SHARED(SHARED_EFLAGS)
    pushl   %eax
    pushl   SHARED(SHARED_EIP)
    movl    SHARED(SHARED_VECTOR), %eax
    btl     %eax, %ss:pushes_error_code
    jnc     1f
    pushl   SHARED(SHARED_ERROR)
1:  pushl   %ss:handlers(, %eax, 4)
    movl    SHARED(SHARED_EAX), %eax
    ret

    .bss
    .balign 16
    .space  8192
stack_top:
