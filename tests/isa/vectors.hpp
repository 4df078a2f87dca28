// Encodings, at least one for every mnemonic. Words were made by clang's assembler, not by ours:
// where it does not know an instruction (or knows it in some versions only), from `insn`.
#pragma once

#include <string_view>

#include "base/types.hpp"

namespace ringside::test {

/// An instruction at address 0x80000000.
struct Vector {
  std::string_view text;
  u32 word;
  std::string_view insn = {};
};

inline constexpr Vector kVectors[] = {
    // clang-format off
    {"lui a0, 0x12345", 0x12345537},
    {"lui t6, 0xfffff", 0xffffffb7},
    {"auipc ra, 0x80000", 0x80000097},
    {"addi a0, a1, -1", 0xfff58513},
    {"addi zero, zero, 0", 0x00000013},
    {"slti s1, s2, 2047", 0x7ff92493},
    {"sltiu t0, t1, -2048", 0x80033293},
    {"xori a7, a6, 85", 0x05584893},
    {"ori gp, tp, 1", 0x00126193},
    {"andi sp, sp, -16", 0xff017113},
    {"slli a0, a0, 31", 0x01f51513},
    {"srli s11, t3, 1", 0x001e5d93},
    {"srai t4, t5, 17", 0x411f5e93},
    {"add a0, a1, a2", 0x00c58533},
    {"sub t0, t1, t2", 0x407302b3},
    {"sll s0, s1, s2", 0x01249433},
    {"slt s3, s4, s5", 0x015a29b3},
    {"sltu s6, s7, s8", 0x018bbb33},
    {"xor s9, s10, s11", 0x01bd4cb3},
    {"srl a3, a4, a5", 0x00f756b3},
    {"sra a6, a7, t3", 0x41c8d833},
    {"or t4, t5, t6", 0x01ff6eb3},
    {"and ra, sp, gp", 0x003170b3},
    {"jal ra, 0x80000800", 0x001000ef},
    {"jal zero, 0x7ffffffc", 0xffdff06f},
    {"jalr ra, 0(t0)", 0x000280e7},
    {"jalr zero, -4(ra)", 0xffc08067},
    {"beq a0, a1, 0x80000010", 0x00b50863},
    {"bne t0, zero, 0x7ffffff8", 0xfe029ce3},
    {"blt s0, s1, 0x80000ffc", 0x7e944ee3},
    {"bge a2, a3, 0x7ffff000", 0x80d65063},
    {"bltu a4, a5, 0x80000004", 0x00f76263},
    {"bgeu zero, ra, 0x80000008", 0x00107463},
    {"lb a0, 0(sp)", 0x00010503},
    {"lh a1, 2(s0)", 0x00241583},
    {"lw a2, -4(a0)", 0xffc52603},
    {"lbu a3, 2047(t0)", 0x7ff2c683},
    {"lhu a4, -2048(t1)", 0x80035703},
    {"sb a0, 1(a1)", 0x00a580a3},
    {"sh a2, -2(a3)", 0xfec69f23},
    {"sw ra, 12(sp)", 0x00112623},
    {"fence iorw, iorw", 0x0ff0000f},
    {"fence rw, w", 0x0310000f},
    {"fence.i", 0x0000100f, ".insn i 0x0f, 1, x0, x0, 0"},
    {"ecall", 0x00000073},
    {"ebreak", 0x00100073},
    {"mul a0, a1, a2", 0x02c58533},
    {"mulh a3, a4, a5", 0x02f716b3},
    {"mulhsu t0, t1, t2", 0x027322b3},
    {"mulhu s0, s1, s2", 0x0324b433},
    {"div a0, a1, a2", 0x02c5c533},
    {"divu a3, a4, a5", 0x02f756b3},
    {"rem t0, t1, t2", 0x027362b3},
    {"remu s0, s1, s2", 0x0324f433},
    {"lr.w a0, (a1)", 0x1005a52f},
    {"lr.w.aq t0, (t1)", 0x140322af},
    {"sc.w a0, a1, (a2)", 0x18b6252f},
    {"sc.w.rl t0, t1, (t2)", 0x1a63a2af},
    {"amoswap.w a0, a1, (a2)", 0x08b6252f},
    {"amoadd.w a0, a1, (a2)", 0x00b6252f},
    {"amoadd.w.aqrl s0, s1, (s2)", 0x0699242f},
    {"amoxor.w a0, a1, (a2)", 0x20b6252f},
    {"amoand.w a0, a1, (a2)", 0x60b6252f},
    {"amoor.w a0, a1, (a2)", 0x40b6252f},
    {"amomin.w a0, a1, (a2)", 0x80b6252f},
    {"amomax.w a0, a1, (a2)", 0xa0b6252f},
    {"amominu.w a0, a1, (a2)", 0xc0b6252f},
    {"amomaxu.w a0, a1, (a2)", 0xe0b6252f},
    {"read_sr a0", 0x0000050b, ".insn r 0x0b, 0, 0, a0, x0, x0"},
    {"write_sr t0", 0x0202800b, ".insn r 0x0b, 0, 1, x0, t0, x0"},
    {"read_ptbr s1", 0x0400048b, ".insn r 0x0b, 0, 2, s1, x0, x0"},
    {"probe a0, a1", 0x0605850b, ".insn r 0x0b, 0, 3, a0, a1, x0"},
    {"tret", 0x0800000b, ".insn r 0x0b, 0, 4, x0, x0, x0"},
    {"tlbinv a0", 0x0a05000b, ".insn r 0x0b, 0, 5, x0, a0, x0"},
    {"tlbinv_all", 0x0c00000b, ".insn r 0x0b, 0, 6, x0, x0, x0"},
    {"wfi", 0x0e00000b, ".insn r 0x0b, 0, 7, x0, x0, x0"},
    {"rdcyc a0", 0x1000050b, ".insn r 0x0b, 0, 8, a0, x0, x0"},
    {"rdcych a1", 0x1200058b, ".insn r 0x0b, 0, 9, a1, x0, x0"},
    {"hcall", 0x1400000b, ".insn r 0x0b, 0, 10, x0, x0, x0"},
    {"read_cr a0, tvec", 0x0000150b, ".insn i 0x0b, 1, a0, x0, 0"},
    {"read_cr a0, epc", 0x0010150b, ".insn i 0x0b, 1, a0, x0, 1"},
    {"read_cr a0, cause", 0x0020150b, ".insn i 0x0b, 1, a0, x0, 2"},
    {"read_cr a0, tval", 0x0030150b, ".insn i 0x0b, 1, a0, x0, 3"},
    {"read_cr a0, scratch", 0x0040150b, ".insn i 0x0b, 1, a0, x0, 4"},
    {"read_cr a0, ptbr", 0x0050150b, ".insn i 0x0b, 1, a0, x0, 5"},
    {"read_cr a0, ipend", 0x0060150b, ".insn i 0x0b, 1, a0, x0, 6"},
    {"read_cr a0, ienable", 0x0070150b, ".insn i 0x0b, 1, a0, x0, 7"},
    {"read_cr a0, timecmp", 0x0080150b, ".insn i 0x0b, 1, a0, x0, 8"},
    {"read_cr a0, timecmph", 0x0090150b, ".insn i 0x0b, 1, a0, x0, 9"},
    {"read_cr a0, cpuid", 0x00a0150b, ".insn i 0x0b, 1, a0, x0, 10"},
    {"read_cr t6, 2047", 0x7ff01f8b, ".insn i 0x0b, 1, t6, x0, 2047"},
    {"write_cr tvec, t0", 0x0002a00b, ".insn i 0x0b, 2, x0, t0, 0"},
    {"write_cr timecmph, a7", 0x0098a00b, ".insn i 0x0b, 2, x0, a7, 9"},
    // clang-format on
};

}  // namespace ringside::test
