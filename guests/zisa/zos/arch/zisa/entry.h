// How trap_entry.S reaches what the hardware has saved: by control registers.
.macro save_scratch rs
    write_cr CR_SCRATCH, \rs
.endm
.macro read_scratch rd
    read_cr \rd, CR_SCRATCH
.endm
.macro read_trap_sr rd
    read_sr \rd
.endm
.macro read_trap_pc rd
    read_cr \rd, CR_EPC
.endm
.macro read_trap_cause rd
    read_cr \rd, CR_CAUSE
.endm
.macro read_trap_value rd
    read_cr \rd, CR_TVAL
.endm
.macro write_trap_sr rs
    write_sr \rs
.endm
.macro write_trap_pc rs
    write_cr CR_EPC, \rs
.endm
.macro leave_trap
    tret
.endm
