// Jumps to itself: with no interrupt to come, nothing can ever happen again. A simulator sees that.
#include "zisa.h"

    .text
    .globl main
main:
    j       main
