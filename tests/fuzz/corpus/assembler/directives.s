# a comment
    .text
    .p2align 4
_start: nop // another
    .p2align 3
    nop /* over
    lines */ ; nop
    .align 4
    .word . - _start, _start
    .option push
    .option pop
    .type _start, @function
    .size _start, . - _start
    .data
a:  .byte 1, -1, 255, 'x', '\n', 1 + 2 * 3
    .balign 2
    .half 0x1234, -2
    .balign 4, 0xaa
    .word 0xdeadbeef, -1, b - a, a
    .quad 0x123456789abcdef0, -1
    .2byte 7
    .4byte 8
    .ascii "abc", "de\t\"\\"
    .asciz "zero\101\x41"
    .string "s1", "s2"
    .space 5
    .space 3, 0x55
    .skip 2
    .zero 4
    .fill 3
    .fill 2, 2, 0x1234
    .fill 2, 4, 0x12345678
b:  .p2align 3
    .set value, 5
    .word value
    .set value, value + 1
    .word value
    later = 77
    .word later, sum
    .equ sum, later + value
    .word ~5, !0, !7, -(-3), 10 / 3, 10 % 3, 1 << 12, 0x100 >> 4, 6 & 3, 6 | 3, 6 ^ 3
    .word (1 == 1) != 0, (2 < 1) != 0, (2 > 1) && 1, 0 || (3 >= 3)
    .macro pair x, y=9
    .word \x
    .word \y
    .endm
    pair 1, 2
    pair 3
    .macro label name, rest:vararg
\name\()_label:
    .word \rest
    .endm
    label first, 1, 2, 3
    .word first_label
    .rept 3
    .byte 0xee
    .endr
    .irp n, 1, 2, 3
    .byte \n
    .endr
    .irpc c, 123
    .byte \c
    .endr
    .if 1
    .byte 10
    .else
    .byte 11
    .endif
    .if 0
    .byte 12
    .if 1
    .byte 13
    .endif
    .elseif 1
    .byte 14
    .endif
    .ifdef value
    .byte 15
    .endif
    .ifndef nowhere
    .byte 16
    .endif
    .macro countdown n
    .if \n
    .byte \n
    countdown \n - 1
    .endif
    .endm
    countdown 5
    .pushsection .rodata
    .word 1
    .popsection
    .byte 17
    .org b + 400
    .byte 18
    .section .rodata
    .word b
    .bss
room: .space 100
    .balign 16
more: .zero 4
    .text
    la a0, more
    .comm shared, 8, 8
    la a0, shared
    la a0, room
