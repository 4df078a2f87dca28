// The handler of page_fault.c. The user has ECX, ESI and EDI, the kernel EAX, EBX, EDX and EBP; a call takes its second
// argument in ECX.
#include "hypercall.h"
#include "layout.h"

#define FAULTING (USER_BASE + 0x10000)
#define MAPPED (USER_BASE + 0x20000)

    .text
    .globl page_fault
page_fault:
    movl    %ss:shared_page + SHARED_CR2, %edx
    movl    %edx, %ebx
    shrl    $8, %ebx
    andl    $16, %ebx               // of which page of the pair: each has four words
    addl    $turns, %ebx
    movl    %ecx, %ebp
    movl    $2, %ecx
    movl    $HV_UPDATE, %eax
    vmcall
    testl   %eax, %eax
    js      failed
    movl    %edx, %ebx
    xorl    $PAGE_SIZE, %ebx        // the other page
    xorl    %ecx, %ecx
    movl    $HV_FLUSH_TLB, %eax
    vmcall
    testl   %eax, %eax
    js      failed
    movl    %ebp, %ecx
    addl    $4, %esp                // the error code
    iretl

failed:
    pushl   $5
    call    end

#include "page_fault_user.inc"
