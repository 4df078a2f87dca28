    .text
    .equ SIZE, 24
    .globl _start
_start:
    nop
    li a0, 0
    li a0, 2047
    li a0, -2048
    li a0, 2048
    li a0, 4096
    li a0, 0x12345678
    li a0, 0xffffffff
    li a0, -1
    li a0, 0x7fffffff
    li a0, 0x80000000
    li a0, 0xfffff800
    li t0, 'A'
    li t1, (3 + 4) * 2 - 1
    li t2, SIZE
    la a0, word
    lla a1, table
    lw a2, word
    lb a3, table
    lhu a4, table
    sw a2, word, t0
    sb a2, table, t1
    sh a2, table, t2
    mv a0, a1
    not a0, a1
    neg a0, a1
    seqz a0, a1
    snez a0, a1
    sltz a0, a1
    sgtz a0, a1
    sgt a0, a1, a2
    sgtu a0, a1, a2
    add a0, a1, 5
    and a0, a1, 6
    or a0, a1, 7
    xor a0, a1, 8
    sll a0, a1, 9
    srl a0, a1, 10
    sra a0, a1, 11
    slt a0, a1, 12
    sltu a0, a1, 13
1:  beqz a0, 1b
    bnez a0, 1f
    blez a0, 1b
    bgez a0, 1f
    bltz a0, 1b
    bgtz a0, 1f
    bgt a0, a1, 1b
    ble a0, a1, 1f
    bgtu a0, a1, 1b
    bleu a0, a1, 1f
    beq a0, a1, 1b ; bne a0, a1, 1f
1:  j 1b
    jal 1b
    jal t0, 2f
    jr a0
    jalr a0
    jalr a0, a1
    jalr a0, a1, 4
    jalr a0, 8(a1)
    jr 4(a0)
    ret
2:  call function
    call t0, function
    tail function
    jump function, t3
    fence
    fence r, rw
    fence.tso
    unimp
    ecall
    ebreak
    lui a0, %hi(word)
    addi a0, a0, %lo(word)
    lw a1, %lo(word)(a0)
    sw a1, %lo(word+4)(a0)
    lui a0, %hi(0x12345fff)
    lui a0, 0xfffff
3:  auipc a0, %pcrel_hi(table)
    lw a1, %pcrel_lo(3b)(a0)
    sw a1, %pcrel_lo(3b)(a0)
    addi a0, a0, %pcrel_lo(3b)
    lw a0, (a1)
    lw a0, 24 + 4 * 2(a1)
    lr.w a0, 0(a1)
    .insn r 0x0b, 1, 2, a0, a1, a2
    .insn i 0x0b, 1, a0, a1, -3
    .insn i 0x0b, 1, a0, -3(a1)
    .insn s 0x0b, 1, a0, 4(a1)
    .insn u 0x0b, a0, 0x12345
function:
    ret
    .data
    .balign 4
word:
    .word 1, word, table + 4
    .section .rodata
table:
    .byte 1, 2, 3
    .half 4, -5
end:
