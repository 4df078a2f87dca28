// The words that trap_entry.S needs, from the shared page: with an offset from x0, since no register is
// free yet. Leaving is a hypercall; its number takes a7, which the VMM loads from the page.
#include "hypercall.h"

.macro save_scratch rs
    sw      \rs, SHARED_FROM_X0(SHARED_SCRATCH)(x0)
.endm
.macro read_scratch rd
    lw      \rd, SHARED_FROM_X0(SHARED_SCRATCH)(x0)
.endm
.macro read_trap_sr rd
    lw      \rd, SHARED_FROM_X0(SHARED_SR)(x0)
.endm
.macro read_trap_pc rd
    lw      \rd, SHARED_FROM_X0(SHARED_EPC)(x0)
.endm
.macro read_trap_cause rd
    lw      \rd, SHARED_FROM_X0(SHARED_CAUSE)(x0)
.endm
.macro read_trap_value rd
    lw      \rd, SHARED_FROM_X0(SHARED_TVAL)(x0)
.endm
.macro write_trap_sr rs
    sw      \rs, SHARED_FROM_X0(SHARED_SR)(x0)
.endm
.macro write_trap_pc rs
    sw      \rs, SHARED_FROM_X0(SHARED_EPC)(x0)
.endm
.macro leave_trap
    sw      a7, SHARED_FROM_X0(SHARED_A7)(x0)
    li      a7, HV_TRAP_RETURN
    hcall
.endm
