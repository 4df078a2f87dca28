// Has a trap vector that lies nowhere. The first trap never reaches its first instruction.
#include "zisa.h"

    .text
    .globl main
main:
    li      t0, 0x50000000
    write_cr CR_TVEC, t0
    ecall
    li      a0, 1                   // not reached
    ret
