#include "vectors.hpp"

namespace ringside::test {

namespace {
// clang-format off
constexpr std::string_view kVectors[] = {
    "lui x3, 0x12345 | x3=1 | x3=0x12345000 | insn",
    "lui x3, 0xfffff | | x3=0xfffff000 | insn",
    "lui x0, 0x12345 | | | insn",
    "auipc x3, 0 | | x3=0x80000100 | insn",
    "auipc x3, 0x80001 | | x3=0x00001100 | insn",
    "addi x3, x1, -1 | x1=0 | x3=0xffffffff | insn",
    "addi x3, x1, 2047 | x1=0x7fffffff | x3=0x800007fe | insn",
    "addi x0, x1, 5 | x1=7 | | insn",
    "addi x1, x1, 1 | x1=7 | x1=8 | insn",
    "slti x3, x1, -1 | x1=0xfffffffe | x3=1 | insn",
    "slti x3, x1, -1 | x1=0xffffffff x3=9 | x3=0 | insn",
    "slti x3, x1, 0 | x1=0x80000000 | x3=1 | insn",
    "sltiu x3, x1, -1 | x1=0xfffffffe | x3=1 | insn",
    "sltiu x3, x1, 1 | x1=0 | x3=1 | insn",
    "sltiu x3, x1, 1 | x1=0x80000000 x3=1 | x3=0 | insn",
    "xori x3, x1, -1 | x1=0x0f0f0f0f | x3=0xf0f0f0f0 | insn",
    "ori x3, x1, 0x70f | x1=0x10 | x3=0x71f | insn",
    "ori x3, x1, -2048 | x1=1 | x3=0xfffff801 | insn",
    "andi x3, x1, -16 | x1=0xffffffff | x3=0xfffffff0 | insn",
    "slli x3, x1, 31 | x1=3 | x3=0x80000000 | insn",
    "slli x3, x1, 0 | x1=3 | x3=3 | insn",
    "srli x3, x1, 31 | x1=0x80000000 | x3=1 | insn",
    "srai x3, x1, 31 | x1=0x80000000 | x3=0xffffffff | insn",
    "srai x3, x1, 4 | x1=0x40000000 | x3=0x04000000 | insn",
    "add x3, x1, x2 | x1=0xffffffff x2=2 | x3=1 | insn",
    "add x3, x1, x1 | x1=21 | x3=42 | insn",
    "sub x3, x1, x2 | x1=0 x2=1 | x3=0xffffffff | insn",
    "sub x1, x1, x1 | x1=5 | x1=0 | insn",
    "sll x3, x1, x2 | x1=1 x2=33 | x3=2 | insn",
    "slt x3, x1, x2 | x1=0x80000000 x2=0x7fffffff | x3=1 | insn",
    "slt x3, x1, x2 | x1=1 x2=1 x3=7 | x3=0 | insn",
    "sltu x3, x1, x2 | x1=0x80000000 x2=0x7fffffff x3=7 | x3=0 | insn",
    "sltu x3, x0, x2 | x2=1 | x3=1 | insn",
    "xor x3, x1, x2 | x1=0xff00ff00 x2=0x0ff00ff0 | x3=0xf0f0f0f0 | insn",
    "srl x3, x1, x2 | x1=0x80000000 x2=0xffffffe4 | x3=0x08000000 | insn",
    "sra x3, x1, x2 | x1=0x80000000 x2=36 | x3=0xf8000000 | insn",
    "or x3, x1, x2 | x1=0xff00ff00 x2=0x0ff00ff0 | x3=0xfff0fff0 | insn",
    "and x3, x1, x2 | x1=0xff00ff00 x2=0x0ff00ff0 | x3=0x0f000f00 | insn",
    "fence rw, rw | x1=1 | | insn",
    "fence.i | x1=1 | | insn",
    // M
    "mul x3, x1, x2 | x1=0xffffffff x2=7 | x3=0xfffffff9 | insn multiply",
    "mul x3, x1, x2 | x1=0x10000 x2=0x10001 | x3=0x10000 | insn multiply",
    "mulh x3, x1, x2 | x1=0x80000000 x2=0x80000000 | x3=0x40000000 | insn multiply",
    "mulh x3, x1, x2 | x1=0xffffffff x2=2 | x3=0xffffffff | insn multiply",
    "mulhsu x3, x1, x2 | x1=0xffffffff x2=0xffffffff | x3=0xffffffff | insn multiply",
    "mulhsu x3, x1, x2 | x1=2 x2=0xffffffff | x3=1 | insn multiply",
    "mulhsu x3, x1, x2 | x1=0x80000000 x2=0x80000000 | x3=0xc0000000 | insn multiply",
    "mulhu x3, x1, x2 | x1=0xffffffff x2=0xffffffff | x3=0xfffffffe | insn multiply",
    "div x3, x1, x2 | x1=0xfffffff9 x2=2 | x3=0xfffffffd | insn divide",
    "div x3, x1, x2 | x1=7 | x3=0xffffffff | insn divide",
    "div x3, x1, x2 | x1=0x80000000 x2=0xffffffff | x3=0x80000000 | insn divide",
    "divu x3, x1, x2 | x1=0xfffffff9 x2=2 | x3=0x7ffffffc | insn divide",
    "divu x3, x1, x2 | x1=7 | x3=0xffffffff | insn divide",
    "rem x3, x1, x2 | x1=0xfffffff9 x2=2 | x3=0xffffffff | insn divide",
    "rem x3, x1, x2 | x1=7 x2=0xfffffffe | x3=1 | insn divide",
    "rem x3, x1, x2 | x1=0xfffffff9 | x3=0xfffffff9 | insn divide",
    "rem x3, x1, x2 | x1=0x80000000 x2=0xffffffff x3=7 | x3=0 | insn divide",
    "remu x3, x1, x2 | x1=0xfffffff9 x2=10 | x3=9 | insn divide",
    "remu x3, x1, x2 | x1=7 | x3=7 | insn divide",
};
// clang-format on
}  // namespace

std::span<const std::string_view> computation_vectors() {
  return kVectors;
}

}  // namespace ringside::test
