#include <array>

#include "isa/zisa/assembler/pseudo.hpp"

namespace ringside::zisa::assembler {

namespace {

// As in the RISC-V assembly programmer's manual, "pseudoinstructions". `li` is not here: how many
// instructions it needs depends on the number (pseudo.cpp).
// clang-format off
constexpr std::array kPseudos = {
    Pseudo{"nop", "", "addi zero, zero, 0"},
    Pseudo{"mv", "rr", "addi \\0, \\1, 0"},
    Pseudo{"move", "rr", "addi \\0, \\1, 0"},
    Pseudo{"not", "rr", "xori \\0, \\1, -1"},
    Pseudo{"neg", "rr", "sub \\0, zero, \\1"},
    Pseudo{"seqz", "rr", "sltiu \\0, \\1, 1"},
    Pseudo{"snez", "rr", "sltu \\0, zero, \\1"},
    Pseudo{"sltz", "rr", "slt \\0, \\1, zero"},
    Pseudo{"sgtz", "rr", "slt \\0, zero, \\1"},
    Pseudo{"sgt", "rrr", "slt \\0, \\2, \\1"},
    Pseudo{"sgtu", "rrr", "sltu \\0, \\2, \\1"},
    Pseudo{"sext.b", "rr", "slli \\0, \\1, 24; srai \\0, \\0, 24"},
    Pseudo{"sext.h", "rr", "slli \\0, \\1, 16; srai \\0, \\0, 16"},
    Pseudo{"zext.b", "rr", "andi \\0, \\1, 255"},
    Pseudo{"zext.h", "rr", "slli \\0, \\1, 16; srli \\0, \\0, 16"},
    // The register forms take a number too.
    Pseudo{"add", "rre", "addi \\0, \\1, \\2"},
    Pseudo{"slt", "rre", "slti \\0, \\1, \\2"},
    Pseudo{"sltu", "rre", "sltiu \\0, \\1, \\2"},
    Pseudo{"and", "rre", "andi \\0, \\1, \\2"},
    Pseudo{"or", "rre", "ori \\0, \\1, \\2"},
    Pseudo{"xor", "rre", "xori \\0, \\1, \\2"},
    Pseudo{"sll", "rre", "slli \\0, \\1, \\2"},
    Pseudo{"srl", "rre", "srli \\0, \\1, \\2"},
    Pseudo{"sra", "rre", "srai \\0, \\1, \\2"},
    // Branches
    Pseudo{"beqz", "re", "beq \\0, zero, \\1"},
    Pseudo{"bnez", "re", "bne \\0, zero, \\1"},
    Pseudo{"blez", "re", "bge zero, \\0, \\1"},
    Pseudo{"bgez", "re", "bge \\0, zero, \\1"},
    Pseudo{"bltz", "re", "blt \\0, zero, \\1"},
    Pseudo{"bgtz", "re", "blt zero, \\0, \\1"},
    Pseudo{"bgt", "rre", "blt \\1, \\0, \\2"},
    Pseudo{"ble", "rre", "bge \\1, \\0, \\2"},
    Pseudo{"bgtu", "rre", "bltu \\1, \\0, \\2"},
    Pseudo{"bleu", "rre", "bgeu \\1, \\0, \\2"},
    // Jumps
    Pseudo{"j", "e", "jal zero, \\0"},
    Pseudo{"jal", "e", "jal ra, \\0"},
    Pseudo{"jr", "r", "jalr zero, 0(\\0)"},
    Pseudo{"jr", "m", "jalr zero, \\0"},
    Pseudo{"jalr", "r", "jalr ra, 0(\\0)"},
    Pseudo{"jalr", "m", "jalr ra, \\0"},
    Pseudo{"jalr", "rr", "jalr \\0, 0(\\1)"},
    Pseudo{"jalr", "rre", "jalr \\0, \\2(\\1)"},
    Pseudo{"ret", "", "jalr zero, 0(ra)"},
    Pseudo{"call", "e", "auipc ra, %pcrel_hi(\\0); jalr ra, %pcrel_lo_before(\\0)(ra)"},
    Pseudo{"call", "re", "auipc \\0, %pcrel_hi(\\1); jalr \\0, %pcrel_lo_before(\\1)(\\0)"},
    Pseudo{"tail", "e", "auipc t1, %pcrel_hi(\\0); jalr zero, %pcrel_lo_before(\\0)(t1)"},
    Pseudo{"jump", "er", "auipc \\1, %pcrel_hi(\\0); jalr zero, %pcrel_lo_before(\\0)(\\1)"},
    // Addresses and memory
    Pseudo{"la", "re", "auipc \\0, %pcrel_hi(\\1); addi \\0, \\0, %pcrel_lo_before(\\1)"},
    Pseudo{"lla", "re", "auipc \\0, %pcrel_hi(\\1); addi \\0, \\0, %pcrel_lo_before(\\1)"},
    Pseudo{"<load>", "re", "auipc \\0, %pcrel_hi(\\1); \\9 \\0, %pcrel_lo_before(\\1)(\\0)"},
    Pseudo{"<store>", "rer", "auipc \\2, %pcrel_hi(\\1); \\9 \\0, %pcrel_lo_before(\\1)(\\2)"},
    // Others
    Pseudo{"fence", "", "fence iorw, iorw"},
    Pseudo{"fence.tso", "", ".insn i 0x0f, 0, zero, zero, -1997"},
    Pseudo{"unimp", "", ".insn i 0x73, 1, zero, zero, -1024"},
    Pseudo{"scall", "", "ecall"},
    Pseudo{"sbreak", "", "ebreak"},
};
// clang-format on

struct Foreign {
  std::string_view prefix;  // of the mnemonic; whole where it ends in a blank
  std::string_view remedy;
};
constexpr std::array kForeign = {
    Foreign{"csr", "Z-ISA has no CSR instructions: use read_cr, write_cr, read_sr and write_sr"},
    Foreign{"mret ", "Z-ISA returns from a trap with tret"},
    Foreign{"sret ", "Z-ISA returns from a trap with tret"},
    Foreign{"uret ", "Z-ISA returns from a trap with tret"},
    Foreign{"sfence", "Z-ISA drops translations with tlbinv and tlbinv_all"},
    Foreign{"rdcycleh ", "Z-ISA reads its cycle counter with rdcyc and rdcych"},
    Foreign{"rdcycle ", "Z-ISA reads its cycle counter with rdcyc and rdcych"},
    Foreign{"rdtime", "Z-ISA's time is its cycle counter: rdcyc and rdcych"},
    Foreign{"c.", "Z-ISA has no compressed instructions: leave the c. away"},
    Foreign{"ld ", "Z-ISA has 32 bits: use lw"},
    Foreign{"lwu ", "Z-ISA has 32 bits: use lw"},
    Foreign{"sd ", "Z-ISA has 32 bits: use sw"},
    Foreign{"addiw ", "Z-ISA has 32 bits: leave the w away"},
    Foreign{"addw ", "Z-ISA has 32 bits: leave the w away"},
    Foreign{"subw ", "Z-ISA has 32 bits: leave the w away"},
    Foreign{"mulw ", "Z-ISA has 32 bits: leave the w away"},
    Foreign{"sext.w ", "Z-ISA has 32 bits: use mv"},
    Foreign{"flw ", "Z-ISA has no floating point"},
    Foreign{"fsw ", "Z-ISA has no floating point"},
    Foreign{"fadd.", "Z-ISA has no floating point"},
    Foreign{"fmul.", "Z-ISA has no floating point"},
};

}  // namespace

std::span<const Pseudo> pseudo_instructions() {
  return kPseudos;
}

std::string_view foreign_remedy(std::string_view name) {
  for (const auto& f : kForeign) {
    const auto whole = f.prefix.substr(0, f.prefix.find(' '));
    if (whole == f.prefix ? name.starts_with(whole) : name == whole) return f.remedy;
  }
  return "";
}

}  // namespace ringside::zisa::assembler
