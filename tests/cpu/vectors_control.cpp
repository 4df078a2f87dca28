#include "vectors.hpp"

namespace ringside::test {

namespace {
// clang-format off
constexpr std::string_view kVectors[] = {
    "jal x1, .+0x40 | | x1=0x80000104 pc=0x80000140 | insn",
    "jal x0, .-0x80 | | pc=0x80000080 | insn",
    "jal x1, .+0x2000 | | x1=0x80000104 pc=0x80002100 | insn",
    "jal x1, .+2 | x1=5 | trap=0 tval=0x80000102 | trap_fault",
    "jalr x1, 4(x2) | x2=0x80000200 | x1=0x80000104 pc=0x80000204 | insn indirect_jump",
    "jalr x1, 0(x1) | x1=0x80000200 | x1=0x80000104 pc=0x80000200 | insn indirect_jump",
    "jalr x0, -1(x2) | x2=0x80000205 | pc=0x80000204 | insn indirect_jump",
    "jalr x0, 1(x2) | x2=0x80003000 | pc=0x80003000 | insn indirect_jump",
    "jalr x1, 2(x2) | x1=9 x2=0x80000200 | trap=0 tval=0x80000202 | trap_fault",
    "beq x1, x2, .+16 | x1=3 x2=3 | pc=0x80000110 | insn",
    "beq x1, x2, .+16 | x1=3 x2=4 | | insn",
    "beq x1, x2, .-0x200 | | pc=0x7fffff00 | insn",
    "beq x1, x2, .+6 | | trap=0 tval=0x80000106 | trap_fault",
    "beq x1, x2, .+6 | x1=1 | | insn",
    "bne x1, x2, .+16 | x1=3 x2=4 | pc=0x80000110 | insn",
    "bne x1, x2, .+16 | | | insn",
    "blt x1, x2, .-16 | x1=0x80000000 x2=0 | pc=0x800000f0 | insn",
    "blt x1, x2, .-16 | x1=1 x2=1 | | insn",
    "bge x1, x2, .+0xf00 | x1=1 x2=1 | pc=0x80001000 | insn",
    "bge x1, x2, .+8 | x1=0xffffffff x2=0 | | insn",
    "bltu x1, x2, .+8 | x1=0 x2=0x80000000 | pc=0x80000108 | insn",
    "bltu x1, x2, .+8 | x1=0x80000000 | | insn",
    "bgeu x1, x2, .+8 | x1=0x80000000 | pc=0x80000108 | insn",
    "bgeu x1, x2, .+8 | x1=1 x2=2 | | insn",
    "ecall | sr=0x100 epc=7 | trap=8 | trap_syscall",
    "ecall | sr=0x3 | trap=9 | trap_syscall",
    "ebreak | sr=0 | trap=3 | trap_syscall",
    "ebreak | sr=1 tval=8 | trap=3 | trap_syscall",
    "hcall | sr=0 | trap=25 tval=word | trap_syscall",
    "hcall | sr=1 | trap=2 tval=word | trap_fault",
    ".word 0 | sr=1 | trap=2 tval=0 | trap_fault",
    ".word 0xffffffff | sr=0 | trap=2 tval=0xffffffff | trap_fault",
    ".word 0x30200073 | sr=1 | trap=2 tval=0x30200073 | trap_fault",  // MRET: there are no CSRs
    ".word 0x2000000b | sr=1 | trap=2 tval=word | trap_fault",        // VMRUN, reserved
};
// clang-format on
}  // namespace

std::span<const std::string_view> control_vectors() {
  return kVectors;
}

}  // namespace ringside::test
