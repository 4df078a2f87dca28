// From the loader to C. The loader leaves us in protected mode with flat segments, paging off, at
// physical addresses: EAX = magic, EBX = multiboot information. Two pages of 4 MiB show the first
// memory at 0, where we stand, and at KERNEL_BASE, where we are linked.
#include "layout.h"

X86_NOTE("x86")
MULTIBOOT_HEADER

#define PHYSICAL(address) ((address) - KERNEL_BASE)

    .text
    .globl start
start:
    movl    %cr4, %ecx
    orl     $CR4_PSE, %ecx
    movl    %ecx, %cr4
    movl    $PHYSICAL(entry_directory), %ecx
    movl    %ecx, %cr3
    movl    %cr0, %ecx
    orl     $(CR0_PG | CR0_WP), %ecx
    movl    %ecx, %cr0
    movl    $upper, %ecx
    jmp     *%ecx
upper:
    movl    $boot_stack_top, %esp
    pushl   %ebx
    pushl   %eax
    call    kernel_main
1:  hlt
    jmp     1b

    .data
    .balign PAGE_SIZE
entry_directory:
    .long   PTE_P | PTE_W | PTE_PS
    .fill   KERNEL_BASE / 0x400000 - 1, 4, 0
    .long   PTE_P | PTE_W | PTE_PS
    .fill   1023 - KERNEL_BASE / 0x400000, 4, 0

    .bss
    .balign 16
    .space  16384
    .globl boot_stack_top
boot_stack_top:
