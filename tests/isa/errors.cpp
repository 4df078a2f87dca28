// Errors of sources: message, place, caret, remedy.
#include <fmt/format.h>

#include "support.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::zisa;

namespace {

struct Case {
  std::string_view source;
  u32 line, column;
  std::string_view message;  // a part of it
  std::string_view remedy;   // a part of it; empty: not looked at
};

// clang-format off
constexpr Case kCases[] = {
    {"nop\n  adi a0, a0, 1", 2, 3, "unknown instruction 'adi'", "did you mean 'addi'?"},
    {"ADD a0, a0, a1", 1, 1, "unknown instruction 'ADD'", "did you mean 'add'?"},
    {"csrr a0, mstatus", 1, 1, "unknown instruction 'csrr'", "read_cr"},
    {"mret", 1, 1, "unknown instruction", "tret"},
    {"sfence.vma", 1, 1, "unknown instruction", "tlbinv"},
    {"add a0, a9, a1", 1, 9, "expected a register, found 'a9'", "add rd, rs1, rs2"},
    {"add a0, a1", 1, 11, "expected ',', found the end of the statement", "add rd, rs1, rs2"},
    {"add a0, a1, a2, a3", 1, 15, "expected the end of the statement, found ','", ""},
    {"mv a0", 1, 1, "'mv' does not take these operands", "mv register, register"},
    {"li a0", 1, 1, "'li' does not take these operands", "li register, value"},
    {"li a0, 0x1ffffffff", 1, 8, "8589934591 does not fit in 32 bits", "registers have 32 bits"},
    {".dword 1 << 64", 1, 10, "a shift by less than 0 or more than 63", ""},
    {"addi a0, a0, 2048", 1, 14, "2048 does not fit in 12 bits (-2048 to 2047)", "li first"},
    {"addi a0, a0, -2049", 1, 14, "-2049 does not fit in 12 bits", ""},
    {"lw a0, 5000(a1)", 1, 8, "5000 does not fit in an offset of 12 bits", "register first"},
    {"slli a0, a0, 32", 1, 14, "32 does not fit in a shift amount (0 to 31)", ""},
    {"lui a0, 0x100000", 1, 9, "1048576 does not fit in 20 bits", "li takes any number"},
    {"read_cr a0, tvc", 1, 13, "'tvc' is no control register", "did you mean 'tvec'?"},
    {"read_cr a0, xyzzy", 1, 13, "no control register", "tvec epc cause"},
    {"write_cr 4096, a0", 1, 10, "4096 does not fit in the number of a control register", ""},
    {"fence rx, w", 1, 7, "expected a set such as rw", ""},
    {"lui a0, %high(4)", 1, 9, "'%high' is unknown", "%hi"},
    {"addi a0, a0, %hi(4)", 1, 14, "does not belong here", "%lo"},
    {"x: .word 4\naddi a0, a0, %pcrel_lo(x)", 2, 14, "no %pcrel_hi at this label", "auipc"},
    {"j nowhere", 1, 3, "'nowhere' is not defined", "no linker"},
    {"start: nop\nj strt", 2, 3, "'strt' is not defined", "did you mean 'start'?"},
    {"j 1f", 1, 3, "no label '1:' in this direction", ""},
    {"a: nop\na: nop", 2, 1, "'a' is already defined", "the first definition is at test.s:1"},
    {"a: nop\n.set a, 4", 2, 6, "'a' is already defined", ".set"},
    {"1: .space 2000000\nj 1b", 2, 3, "the target is -2000000 bytes away", "use call"},
    {"x: nop\nj x + 1", 2, 3, "the target is an odd number", ".align 2"},
    {".byte 256", 1, 7, "256 does not fit in 1 byte (-128 to 255)", ".half"},
    {".half sym\n.set sym, 70000", 1, 7, "70000 does not fit in 2 bytes", ".word"},
    {".wrod 1", 1, 1, "unknown directive '.wrod'", "did you mean '.word'?"},
    {".word", 1, 6, "expected a number or symbol, found the end", ""},
    {".word 1 +", 1, 10, "expected a number or symbol, found the end", ""},
    {".word (1", 1, 9, "expected ')'", ""},
    {".word 1 2", 1, 9, "expected the end of the statement, found '2'", ""},
    {".word 1 + 2 << 3", 1, 13, "C and GNU as read '<<' beside '+' differently", "parentheses"},
    {".word 1 | 2 + 3", 1, 9, "C and GNU as read '|' beside '+' differently", "parentheses"},
    {".word 4 / 0", 1, 9, "division by zero", ""},
    {".word 0x", 1, 7, "'0x' is not a number", "0x1f"},
    {".word 09", 1, 7, "'09' is not a number", "octal"},
    {".word 99999999999999999999", 1, 7, "does not fit in 64 bits", ""},
    {".word \"text\"", 1, 7, "expected a number or symbol, found \"text\"", ""},
    {".ascii \"open", 1, 8, "the string has no end", "close it"},
    {".ascii \"a\\qb\"", 1, 10, "unknown escape", "\\n"},
    {".ascii 5", 1, 8, "expected a string in quotes, found '5'", ""},
    {"nop /* never\nclosed", 1, 5, "the comment has no end", "*/"},
    {"nop {", 1, 5, "this character cannot stand here", ""},
    {".if 1\nnop", 1, 1, "this has no .endif", ""},
    {".if later\n.endif\nlater:", 1, 5, "must be known here", ""},
    {"nop\n.endif", 2, 1, ".endif without .if", ""},
    {".macro m\nnop", 1, 1, "this has no .endm", ".endm"},
    {".endm", 1, 1, ".endm without .macro", ""},
    {".macro m x:req\n.endm\nm", 3, 2, "macro 'm' needs its argument 'x'", ""},
    {".macro m x\n.endm\nm 1, 2", 3, 3, "macro 'm' takes 1 argument", ""},
    {".rept 3\nnop", 1, 1, "this has no .endr", ""},
    {".include \"other.s\"", 1, 10, "cannot read \"other.s\"", "cannot be read here"},
    {".align 30", 1, 8, "cannot align to 30", "exponent"},
    {".balign 3", 1, 9, "cannot align to 3", "power of two"},
    {"nop\nnop\n.org 4", 3, 6, "this moves back, from 0x8 to 0x4", "offset"},
    {".space -1", 1, 8, "-1 bytes are less than none", ""},
    {".bss\n.word 5", 2, 7, "section .bss holds only zeros", ".data"},
    {".bss\nx: .word x", 2, 10, "section .bss holds only zeros", ".data"},
    {".section .mine, \"aq\"", 1, 17, "unknown flag 'q'", "writable"},
    {".section .mine, \"a\", @strange", 1, 23, "unknown type 'strange'", "@nobits"},
    {".section .text, \"aw\"", 1, 17, "was begun with other flags", ""},
    {".popsection", 1, 12, ".popsection without .pushsection", ""},
    {".byte 1\nnop", 2, 1, "an instruction must stand at a multiple of 4", ".align 2"},
    {".insn z 1", 1, 7, "'z' is no format", "formats are"},
    {".insn r 0x80, 0, 0, a0, a0, a0", 1, 9, "128 is not from 0 to 127", ""},
    {".error \"not today\"", 1, 1, "not today", ""},
    {"= 5", 1, 1, "expected a label, a directive or an instruction, found '='", ""},
};
// clang-format on

}  // namespace

TEST_CASE("errors name their place, cause and remedy") {
  for (const auto& c : kCases) {
    INFO(c.source);
    const auto found = errors(c.source);
    INFO(found[0].text());
    CHECK(found[0].file == "test.s");
    CHECK(found[0].line == c.line);
    CHECK(found[0].column == c.column);
    CHECK(found[0].message.find(c.message) != std::string::npos);
    CHECK(found[0].remedy.find(c.remedy) != std::string::npos);
    CHECK(found.size() == 1);
  }
}

TEST_CASE("the text of an error shows the line and a caret") {
  CHECK(error_text("nop\n\tadd a0, a9, a1  # sum") ==
        "test.s:2:10: error: expected a register, found 'a9'\n"
        "  \tadd a0, a9, a1  # sum\n"
        "  \t        ^\n"
        "  the form is: add rd, rs1, rs2\n");
}

TEST_CASE("columns count from the start of the line, not of the statement") {
  const auto found = errors("  nop ; nop; foo: adi a0, a0, 1");
  CHECK(found[0].column == 19);
}

TEST_CASE("errors in macros show the filled line and the call") {
  const auto found = errors(".macro twice x\n  nop\n  addi \\x, \\x, 9999\n.endm\n\ntwice t0\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].line == 3);
  CHECK(found[0].source == "  addi t0, t0, 9999");
  CHECK(found[0].column == 16);
  CHECK(found[0].context == "in macro 'twice', called at test.s:6");
}

TEST_CASE("all errors are told, in order, up to twenty") {
  const auto three = errors("foo\nnop\nbar\nj nowhere\n");
  REQUIRE(three.size() == 3);
  CHECK(three[0].line == 1);
  CHECK(three[1].line == 3);
  CHECK(three[2].line == 4);
  std::string many;
  for (int i = 0; i < 100; ++i) many += fmt::format("foo{}x\n", i);
  CHECK(errors(many).size() == 20);
  CHECK(errors(".rept 50\nfoo\n.endr").size() == 1);
}

TEST_CASE("errors in an included file name that file") {
  AssemblerOptions options;
  options.read_file = [](std::string_view name) -> std::optional<std::string> {
    if (name == "inner.s") return "nop\nfoo\n";
    return std::nullopt;
  };
  const auto found = errors("nop\n.include \"inner.s\"\nbar\n", options);
  REQUIRE(found.size() == 2);
  CHECK(found[0].file == "test.s");
  CHECK(found[1].file == "inner.s");
  CHECK(found[1].line == 2);
  CHECK(errors(".include \"missing.s\"", options)[0].message == "cannot read \"missing.s\"");
}
