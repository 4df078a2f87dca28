// Loads an IDT without gates, then executes UD2: #UD has no gate, nor has the #GP that comes of it, nor
// the double fault that comes of that.
#include "layout.h"

    .text
    .globl main
main:
    lidt    no_table
    .globl  last_words
last_words:
    ud2
    ret

    .data
no_table:
    .word   0
    .long   0
