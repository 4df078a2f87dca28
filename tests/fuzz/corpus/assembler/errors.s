adi a0
.wrod 1
lw a0, 5000(a1)
j nowhere
.macro m x:req
 addi \x, \x, 9999
.endm
m t0
m
.if 1
.rept 3
.include "x"
.org 1
.fill 9, 9, 9
