// Jumps to an address where there is neither RAM nor a device, and has no trap vector: the fetch
// faults, the trap goes to address 0, and the fetch from there faults too.
#include "zisa.h"

    .text
    .globl main
main:
    write_cr CR_TVEC, zero
    li      t0, 0x50000000
    jr      t0
