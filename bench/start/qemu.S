// Start-up on qemu-system-riscv32 -M virt -bios none: the same as on Z-ISA with RISC-V's own
// registers. The machine starts in M mode; physical memory protection has to let S mode in.
#define COMMAND_LINE 0x80ffff00  // the benchmark's runner has QEMU put it there
#define PMP_ALL 0x1f             // a naturally aligned region; read, write, execute
#define SATP_SV32 0x80000000
#define MSTATUS_MPP_S 0x800

#define SATP 0x180
#define MSTATUS 0x300
#define MTVEC 0x305
#define MEPC 0x341
#define PMPCFG0 0x3a0
#define PMPADDR0 0x3b0

// csrw by its fields: newer assemblers want an extension named for it that older ones do not know.
.macro write_csr number, rs1
    .insn i 0x73, 1, x0, \rs1, \number
.endm

    .section .text.start, "ax"
    .globl _start
_start:
    la      sp, stack_top
    la      t0, unexpected_trap
    write_csr MTVEC, t0
    li      t0, -1
    write_csr PMPADDR0, t0
    li      t0, PMP_ALL
    write_csr PMPCFG0, t0
    call    make_page_tables
    li      t0, SATP_SV32
    or      a0, a0, t0
    write_csr SATP, a0
    sfence.vma
    la      t0, paged
    write_csr MEPC, t0
    li      t0, MSTATUS_MPP_S
    write_csr MSTATUS, t0
    mret
paged:
    li      a0, COMMAND_LINE
    call    bench_main

    .balign 4
unexpected_trap:
    li      t0, 99 << 16 | 0x3333
    li      t1, 0x00100000
    sw      t0, 0(t1)
    j       unexpected_trap

    .bss
    .balign 16
    .space  8192
stack_top:
