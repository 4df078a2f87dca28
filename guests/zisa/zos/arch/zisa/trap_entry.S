// Into the kernel and out of it. All traps arrive at trap_entry: system calls, faults, interrupts,
// from user mode and (interrupts only) from the kernel itself. The hardware has saved the program
// counter in EPC and the mode in SR.PMODE, and has turned interrupts off. All registers still belong
// to the interrupted code: we save them in a trap frame (arch.h), call trap(frame), restore them.
#include "arch.h"
#ifdef ZOS_PV
#include "pv/entry.h"
#else
#include "entry.h"
#endif

#define REGISTER(n) (4 * (n))

// The registers that need no care: all but x0, sp (x2), t0 (x5) and t1 (x6).
.macro for_plain_registers operation
    .irp n, 1, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \operation x\n, REGISTER(\n)(sp)
    .endr
.endm

    .text
    .balign 4
    .globl trap_entry
trap_entry:
    // One register to work with: t0 waits in SCRATCH. No trap can come in between.
    save_scratch t0
    read_trap_sr t0
    andi    t0, t0, SR_PMODE
    bnez    t0, from_kernel

// The process was in user mode: its own stack cannot be trusted, take its kernel stack.
from_user:
    lui     t0, %hi(trap_user_sp)
    sw      sp, %lo(trap_user_sp)(t0)
    lui     t0, %hi(trap_kernel_sp)
    lw      sp, %lo(trap_kernel_sp)(t0)
    addi    sp, sp, -FRAME_SIZE
    sw      t1, REGISTER(6)(sp)
    lui     t1, %hi(trap_user_sp)
    lw      t1, %lo(trap_user_sp)(t1)
    j       save_rest

// The kernel was interrupted: go on on the stack that it was using.
from_kernel:
    addi    sp, sp, -FRAME_SIZE
    sw      t1, REGISTER(6)(sp)
    addi    t1, sp, FRAME_SIZE

save_rest:                          // t1 = the interrupted code's sp
    sw      t1, REGISTER(2)(sp)
    read_scratch t0
    sw      t0, REGISTER(5)(sp)
    for_plain_registers sw
    read_trap_pc t0
    sw      t0, FRAME_PC(sp)
    read_trap_sr t0
    sw      t0, FRAME_SR(sp)
    read_trap_cause t0
    sw      t0, FRAME_CAUSE(sp)
    read_trap_value t0
    sw      t0, FRAME_TVAL(sp)
    mv      a0, sp
    call    trap

// Interrupts are off here. Other traps have come and gone since this one: EPC, PMODE and PIE have to
// be put back before TRET can use them. WRITE_SR leaves the current MODE and IE as they are, because
// SR was saved when they were the same as now: supervisor mode, interrupts off.
    .globl trap_return
trap_return:                        // sp = trap frame
    lw      t0, FRAME_PC(sp)
    write_trap_pc t0
    lw      t0, FRAME_SR(sp)
    write_trap_sr t0
    for_plain_registers lw
    lw      t0, REGISTER(5)(sp)
    lw      t1, REGISTER(6)(sp)
    lw      sp, REGISTER(2)(sp)
    leave_trap

// Where the context of a new process begins (context_init): sp = its trap frame.
    .globl process_start
process_start:
    call    process_first_run
    j       trap_return

    .bss
    .balign 4
    .globl trap_kernel_sp
trap_kernel_sp:                     // for the next trap from user mode; one CPU, hence one word
    .space  4
trap_user_sp:                       // the user's sp, between the first instructions of an entry
    .space  4
