// The first instructions. A multiboot loader leaves us in protected mode with flat segments, paging and
// interrupts off, at physical addresses; EBX = multiboot information. Pages of 4 MiB show the first 16 MiB
// at 0, where we stand, and at KERNEL_BASE, where we are linked. On a VMM paging is on, and we are linked where we stand.
#include "arch.h"

#ifndef ZOS_PV  // that one's note is made when it is built (portsize.cpp)
X86_NOTE("x86")
#endif
MULTIBOOT_HEADER

#define PHYSICAL(address) ((address) - KERNEL_BASE)
#define LARGE (PTE_P | PTE_W | PTE_PS)

    .text
    .globl start
start:
#ifndef ZOS_PV
    movl    %cr4, %ecx
    orl     $CR4_PSE, %ecx
    movl    %ecx, %cr4
    movl    $PHYSICAL(start_directory), %ecx
    movl    %ecx, %cr3
    movl    %cr0, %ecx
    orl     $(CR0_PG | CR0_WP), %ecx
    movl    %ecx, %cr0
    movl    $upper, %ecx
    jmp     *%ecx
upper:
#endif
    movl    $boot_stack_top, %esp
    pushl   %ebx
    call    machine_start

#ifndef ZOS_PV
    .data
    .balign PAGE_SIZE
start_directory:
    .long   LARGE, 0x400000 | LARGE, 0x800000 | LARGE, 0xc00000 | LARGE
    .fill   KERNEL_BASE / 0x400000 - 4, 4, 0
    .long   LARGE, 0x400000 | LARGE, 0x800000 | LARGE, 0xc00000 | LARGE
    .fill   1020 - KERNEL_BASE / 0x400000, 4, 0
#endif

// The scheduler keeps this stack.
    .bss
    .balign 16
    .space  PAGE_SIZE
boot_stack_top:
