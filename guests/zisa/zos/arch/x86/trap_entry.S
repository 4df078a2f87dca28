// Into the kernel and out of it. Each of the 256 vectors has an entry, 16 bytes apart, that pushes an error
// code where the CPU pushes none (SDM 3, 6.13) and its number. The CPU has turned interrupts off, and coming
// from user mode has switched to the stack that the TSS names: the process's own.
#include "arch.h"
#ifdef ZOS_PV
#include "pv/hypercall.h"
#endif

    .text
#ifdef ZOS_PV
// What the CPU has pushed on the bare machine comes from the shared page. SS is ours, DS maybe not yet.
#define SAVED(word) %ss:pv_shared_page + word

    .globl trap_entry
trap_entry:
    pushl   SAVED(SHARED_SS)
    pushl   SAVED(SHARED_ESP)
    pushl   SAVED(SHARED_EFLAGS)
    pushl   SAVED(SHARED_CS)
    pushl   SAVED(SHARED_EIP)
    pushl   SAVED(SHARED_ERROR)
    pushl   SAVED(SHARED_VECTOR)
#else
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
#endif
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

    .globl trap_return
trap_return:                        // ESP = trap frame
    popl    %gs
    popl    %fs
    popl    %es
    popl    %ds
    popal
    addl    $8, %esp                // vector and error code
#ifdef ZOS_PV                       // events are masked here
    popl    SAVED(SHARED_EIP)
    popl    SAVED(SHARED_CS)
    popl    SAVED(SHARED_EFLAGS)
    popl    SAVED(SHARED_ESP)
    popl    SAVED(SHARED_SS)
    movl    %eax, SAVED(SHARED_EAX)
    movl    $HV_TRAP_RETURN, %eax
    vmcall
#else
    iretl
#endif

// Where the context of a new process begins (context_init): ESP = its trap frame.
    .globl process_start
process_start:
    call    process_first_run
    jmp     trap_return
