#include "vectors.hpp"

namespace ringside::test {

namespace {
// clang-format off
constexpr std::string_view kVectors[] = {
    "lb x3, 1(x1) | x1=0x80001000 [0x80001000]=0x00008100 | x3=0xffffff81 | insn data_access",
    "lb x3, -1(x1) | x1=0x80001001 [0x80001000]=0x7f | x3=0x7f | insn data_access",
    "lb x3, 0(x1) | x1=0x10000000 | x3=0x5a | insn device_access",
    "lb x0, 0(x1) | x1=0x80001000 | | insn data_access",
    "lh x3, 2(x1) | x1=0x80001000 [0x80001000]=0x80010000 | x3=0xffff8001 | insn data_access",
    "lh x3, 1(x1) | x1=0x80001000 [0x80001000]=0x00123400 | x3=0x1234 | insn data_access misaligned",
    "lw x3, 4(x1) | x1=0x80001000 [0x80001004]=0x87654321 | x3=0x87654321 | insn data_access",
    "lw x1, 0(x1) | x1=0x80001000 [0x80001000]=7 | x1=7 | insn data_access",
    "lw x3, 3(x1) | x1=0x80001000 [0x80001000]=0x11223344 [0x80001004]=0x55667788 | x3=0x66778811 | insn data_access misaligned",
    "lw x3, -2(x1) | x1=0x80002000 [0x80001ffc]=0x11223344 [0x80002000]=0x55667788 | x3=0x77881122 | insn 2*data_access misaligned",
    "lw x3, 0(x1) | x1=4 | trap=5 tval=4 | trap_fault",
    "lw x3, 0(x1) | x1=1 | trap=5 tval=1 | trap_fault",
    "lh x3, 0(x1) | x1=1 | trap=5 tval=1 | trap_fault",
    "sw x3, 0(x1) | x1=5 | trap=7 tval=5 | trap_fault",
    "sh x3, 0(x1) | x1=1 | trap=7 tval=1 | trap_fault",
    "lw x3, 0(x1) | x1=0x10000000 | trap=5 tval=0x10000000 | trap_fault",
    "lw x3, 0(x1) | x1=0x800ffffe | trap=5 tval=0x80100000 | trap_fault",
    "lw x3, -2(x1) | x1=0x80000000 | trap=5 tval=0x7ffffffe | trap_fault",
    "lw x3, 0(x1) | sr=0 x1=0x80001000 [0x80001000]=7 | x3=7 | insn data_access",
    "lbu x3, 3(x1) | x1=0x80001000 [0x80001000]=0xfe000000 | x3=0xfe | insn data_access",
    "lhu x3, 0(x1) | x1=0x80001000 [0x80001000]=0xffff8765 | x3=0x8765 | insn data_access",
    "lhu x3, 0(x1) | x1=0x80001fff [0x80001ffc]=0x11223344 [0x80002000]=0x55 | x3=0x5511 | insn 2*data_access misaligned",
    "sb x2, 1(x1) | x1=0x80001000 x2=0xabcdef [0x80001000]=0x11223344 | [0x80001000]=0x1122ef44 | insn data_access",
    "sb x2, 0(x1) | x1=0x10000000 x2=0x5a | | insn device_access",
    "sh x2, -2(x1) | x1=0x80001004 x2=0xabcdef [0x80001000]=0x11223344 | [0x80001000]=0xcdef3344 | insn data_access",
    "sh x2, 1(x1) | x1=0x80001000 x2=0xabcdef [0x80001000]=0x11223344 | [0x80001000]=0x11cdef44 | insn data_access misaligned",
    "sh x2, 0(x1) | x1=0x80001fff x2=0xabcd | [0x80001ffc]=0xcd000000 [0x80002000]=0xab | insn 2*data_access misaligned",
    "sw x2, 0(x1) | x1=0x80001000 x2=0x12345678 | [0x80001000]=0x12345678 | insn data_access",
    "sw x1, 0(x1) | x1=0x80001000 | [0x80001000]=0x80001000 | insn data_access",
    "sw x2, 2(x1) | x1=0x80001000 x2=0x12345678 | [0x80001000]=0x56780000 [0x80001004]=0x1234 | insn data_access misaligned",
    "sw x2, 1(x1) | x1=0x80001ffc x2=0x12345678 | [0x80001ffc]=0x34567800 [0x80002000]=0x12 | insn 2*data_access misaligned",
    "sw x2, 0(x1) | x1=0x80100000 | trap=7 tval=0x80100000 | trap_fault",
    "sw x2, 0(x1) | x1=0x800ffffe x2=-1 | trap=7 tval=0x80100000 | trap_fault",
    "sw x2, 0(x1) | x1=0x10000000 | trap=7 tval=0x10000000 | trap_fault",
    // into its own page, so that predecoded code is affected
    "sw x2, 0(x1) | x1=0x80000104 x2=0x13 | [0x80000104]=0x13 | insn data_access",
    // A
    "lr.w x3, (x1) | x1=0x80001000 [0x80001000]=7 | x3=7 reserved=0x80001000 | insn data_access",
    "lr.w x3, (x1) | x1=0x80001002 | trap=4 tval=0x80001002 | trap_fault",
    "lr.w x3, (x1) | x1=8 | trap=5 tval=8 | trap_fault",
    "sc.w x3, x2, (x1) | x1=0x80001000 x2=9 x3=5 reserved=0x80001000 | x3=0 reserved=none [0x80001000]=9 | insn data_access",
    "sc.w x3, x2, (x1) | x1=0x80001000 x2=9 reserved=0x80001004 | x3=1 reserved=none | insn",
    "sc.w x3, x2, (x1) | x1=0x80001000 x2=9 | x3=1 | insn",
    "sc.w x3, x2, (x1) | x1=0x80001001 | trap=6 tval=0x80001001 | trap_fault",
    "sc.w x3, x2, (x1) | x1=8 reserved=8 | trap=7 tval=8 | trap_fault",
    "amoswap.w x3, x2, (x1) | x1=0x80001000 x2=9 [0x80001000]=7 | x3=7 [0x80001000]=9 | insn data_access",
    "amoswap.w x1, x1, (x1) | x1=0x80001000 [0x80001000]=7 | x1=7 [0x80001000]=0x80001000 | insn data_access",
    "amoswap.w x3, x2, (x1) | x1=0x80001002 | trap=6 tval=0x80001002 | trap_fault",
    "amoadd.w x3, x2, (x1) | x1=0x80001000 x2=2 [0x80001000]=-1 | x3=-1 [0x80001000]=1 | insn data_access",
    "amoadd.w x0, x2, (x1) | x1=0x80001000 x2=2 | [0x80001000]=2 | insn data_access",
    "amoadd.w x3, x2, (x1) | x1=0x10000000 x3=4 | trap=7 tval=0x10000000 | trap_fault",
    "amoxor.w x3, x2, (x1) | x1=0x80001000 x2=3 [0x80001000]=5 | x3=5 [0x80001000]=6 | insn data_access",
    "amoand.w x3, x2, (x1) | x1=0x80001000 x2=3 [0x80001000]=5 | x3=5 [0x80001000]=1 | insn data_access",
    "amoor.w x3, x2, (x1) | x1=0x80001000 x2=3 [0x80001000]=5 | x3=5 [0x80001000]=7 | insn data_access",
    "amomin.w x3, x2, (x1) | x1=0x80001000 x2=3 [0x80001000]=-1 | x3=-1 | insn data_access",
    "amomin.w x3, x2, (x1) | x1=0x80001000 x2=-3 [0x80001000]=-1 | x3=-1 [0x80001000]=-3 | insn data_access",
    "amomax.w x3, x2, (x1) | x1=0x80001000 x2=3 [0x80001000]=-1 | x3=-1 [0x80001000]=3 | insn data_access",
    "amominu.w x3, x2, (x1) | x1=0x80001000 x2=3 [0x80001000]=-1 | x3=-1 [0x80001000]=3 | insn data_access",
    "amomaxu.w x3, x2, (x1) | x1=0x80001000 x2=3 [0x80001000]=-1 | x3=-1 | insn data_access",
    "amomaxu.w x3, x2, (x1) | x1=0x80001000 x2=3 [0x80001000]=2 | x3=2 [0x80001000]=3 | insn data_access",
};
// clang-format on
}  // namespace

std::span<const std::string_view> memory_vectors() {
  return kVectors;
}

}  // namespace ringside::test
