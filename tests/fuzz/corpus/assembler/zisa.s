    .section .note.ringside, "a", @note
    .word 9, 5, 1
    .asciz "Ringside"
    .align 2
    .asciz "zisa"
    .text
_start:
    la t0, trap
    write_cr tvec, t0
    read_sr a0
    ori a0, a0, 2
    write_sr a0
1:  wfi
    j 1b
trap:
    write_cr scratch, sp
    read_cr a0, cause
    bltz a0, 1f
    li a1, 0x00100000
    li a2, 1 << 16 | 0x3333
    sw a2, (a1)
1:  read_cr sp, scratch
    tret
