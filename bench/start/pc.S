// Start-up on a PC, from a multiboot loader: a stack, page tables, paging on, then bench_main with the command line.
// Segments are flat already, and are not loaded again.
#include "x86.h"

X86_NOTE("x86")
MULTIBOOT_HEADER

    .section .text.start, "ax"
    .globl _start
_start:
    movl    $stack_top, %esp
    pushl   %ebx
    call    make_page_tables
    movl    %eax, %cr3
    movl    %cr0, %eax
    orl     $(CR0_PG | CR0_WP), %eax
    movl    %eax, %cr0
    call    options_of
    pushl   %eax
    call    bench_main

    .bss
    .balign 16
    .space  8192
stack_top:
