// The first instructions. A multiboot loader leaves us in protected mode with flat segments, paging and
// interrupts off, at physical addresses; EBX = multiboot information. Pages of 4 MiB show the first 16 MiB
// at 0, where we stand, and at KERNEL_BASE, where we are linked.
#include "arch.h"

X86_NOTE("x86")
MULTIBOOT_HEADER

#define PHYSICAL(address) ((address) - KERNEL_BASE)
#define LARGE (PTE_P | PTE_W | PTE_PS)

    .text
    .globl start
start:
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
    movl    $boot_stack_top, %esp
    pushl   %ebx
    call    machine_start

    .data
    .balign PAGE_SIZE
start_directory:
    .long   LARGE, 0x400000 | LARGE, 0x800000 | LARGE, 0xc00000 | LARGE
    .fill   KERNEL_BASE / 0x400000 - 4, 4, 0
    .long   LARGE, 0x400000 | LARGE, 0x800000 | LARGE, 0xc00000 | LARGE
    .fill   1020 - KERNEL_BASE / 0x400000, 4, 0

// The scheduler keeps this stack.
    .bss
    .balign 16
    .space  PAGE_SIZE
boot_stack_top:
