// Whole programs: layout, symbols, lines, ELF.
#include <algorithm>

#include "base/bits.hpp"
#include "isa/zisa/decode.hpp"
#include "support.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::zisa;

namespace {

const Assembly::Section& section(const Assembly& a, std::string_view name) {
  for (const auto& s : a.sections)
    if (s.name == name) return s;
  FAIL("no section " << name);
  return a.sections[0];
}

const Assembly::Symbol& symbol(const Assembly& a, std::string_view name) {
  for (const auto& s : a.symbols)
    if (s.name == name) return s;
  FAIL("no symbol " << name);
  return a.symbols[0];
}

constexpr std::string_view kProgram = R"(
    .section .note.ringside, "a", @note
    .word 9, 8, 1
    .asciz "Ringside"
    .align 2
    .asciz "zisa-v"
    .align 2
    .bss
buffer: .space 10000
    .data
value: .word 7
    .type value, @object
    .size value, 4
    .text
helper: ret
    .globl _start
    .type _start, @function
_start:
    la a0, value
    call helper
    j _start
.Lhidden:
    .size _start, . - _start
    .set answer, 42
    .set alias, value + 0
)";

}  // namespace

TEST_CASE("sections are placed by use, on pages of their own") {
  const auto a = assembled(kProgram);
  CHECK(section(a, ".text").address == 0x80000000);
  CHECK(section(a, ".note.ringside").address == 0x80001000);
  CHECK(section(a, ".note.ringside").note);
  CHECK(section(a, ".data").address == 0x80002000);
  CHECK(section(a, ".bss").address == 0x80002004);
  CHECK(section(a, ".bss").bytes.empty());
  CHECK(section(a, ".bss").size == 10000);
}

TEST_CASE("the text's address can be chosen") {
  AssemblerOptions options;
  options.text_address = 0x80400000;
  const auto a = assembled(kProgram, options);
  CHECK(section(a, ".text").address == 0x80400000);
  CHECK(a.entry == 0x80400004);
}

TEST_CASE("symbols keep their values, sizes and types") {
  const auto a = assembled(kProgram);
  CHECK(a.entry == 0x80000004);
  CHECK(symbol(a, "_start").global);
  CHECK(symbol(a, "_start").size == 20);
  CHECK(symbol(a, "_start").type == Assembly::Symbol::Type::kFunction);
  CHECK(symbol(a, "value").value == 0x80002000);
  CHECK(symbol(a, "answer").value == 42);
  CHECK_FALSE(symbol(a, "answer").section);
  CHECK(symbol(a, "alias").section == symbol(a, "value").section);
  const auto hidden = std::any_of(a.symbols.begin(), a.symbols.end(), [](const auto& s) {
    return s.name == ".Lhidden" || s.name.find(':') != std::string::npos;
  });
  CHECK_FALSE(hidden);
}

TEST_CASE("the entry is the first code where there is no _start") {
  CHECK(assembled("nop\nmain: nop").entry == 0x80000000);
}

TEST_CASE("lines lead from addresses to the source") {
  const auto a = assembled("nop\n\nli a0, 0x12345678\n.word 1\nret\n");
  REQUIRE(a.lines.size() == 3);
  CHECK(a.files[a.lines[0].file] == "test.s");
  CHECK(a.lines[0].line == 1);
  CHECK(a.lines[1].address == 0x80000004);
  CHECK(a.lines[1].line == 3);
  CHECK(a.lines[2].address == 0x80000010);
  CHECK(a.lines[2].line == 5);
}

TEST_CASE("a conditional branch that is too far becomes two instructions") {
  const auto near = words("beq a0, a1, far\n.space 4088\nfar: nop");
  CHECK(disassemble(near[0], 0) == "beq a0, a1, 0xffc");
  const auto far = words("beq a0, a1, far\n.space 4092\nfar: nop");
  REQUIRE(far.size() == 2 + 1023 + 1);
  CHECK(disassemble(far[0], 0x80000000) == "bne a0, a1, 0x80000008");
  CHECK(disassemble(far[1], 0x80000004) == "jal zero, 0x80001004");
  const auto back = words("back: .space 4100\nblt a0, a1, back");
  CHECK(disassemble(back[1025], 0x80001004) == "bge a0, a1, 0x8000100c");
  CHECK(disassemble(back[1026], 0x80001008) == "jal zero, 0x80000000");
}

TEST_CASE("branches that lengthen each other end") {
  // Each branch is just near enough while all others are short.
  std::string source;
  for (int i = 0; i < 2000; ++i)
    source += ".Lb" + std::to_string(i) + ": beqz a0, .Lb" + std::to_string(i + 1023) + "\n";
  for (int i = 2000; i < 3023; ++i) source += ".Lb" + std::to_string(i) + ": nop\n";
  source += "beqz a0, .Lb0\n";
  const auto code = words(source);
  CHECK(code.size() > 3024);
  CHECK(disassemble(code.back(), 0x80000000 + 4 * static_cast<u32>(code.size() - 1)) ==
        "jal zero, 0x80000000");
}

TEST_CASE("li takes what it needs") {
  CHECK(words("li a0, -2048").size() == 1);
  CHECK(words("li a0, 0x7ffff000").size() == 1);
  CHECK(words("li a0, 0x80000800").size() == 2);
  CHECK(words("li a0, later\nlater:").size() == 2);
  CHECK(words("li a0, e - b\nb: nop\nnop\ne:").size() == 4);  // not known yet: two instructions
  CHECK(words("b: nop\nnop\ne: li a0, e - b").size() == 3);
}

TEST_CASE("code is padded with nops, data with zeros") {
  CHECK(words("nop\n.align 4\nnop") == std::vector<u32>{0x13, 0x13, 0x13, 0x13, 0x13});
  CHECK(words("nop\n.balign 8, 0xff\nnop") == std::vector<u32>{0x13, 0xffffffff, 0x13});
  CHECK(words("nop\n.p2align 4,,4\nnop").size() == 2);
}

TEST_CASE("gaps may depend on labels that follow") {
  const auto a = assembled("b: .space e - s\nnop\n.org b + 32\nnop\n.data\ns: .word 1, 2, 3\ne:");
  CHECK(section(a, ".text").size == 36);
}

TEST_CASE("included files and bytes") {
  AssemblerOptions options;
  options.read_file = [](std::string_view name) -> std::optional<std::string> {
    if (name == "inner.s") return ".set size, 8\ninner: nop\n";
    if (name == "bytes") return "\x13\x05\x10\x20\x30";
    return std::nullopt;
  };
  const auto a = assembled(".include \"inner.s\"\nli a0, size\n.incbin \"bytes\", 1, 4\n", options);
  CHECK(words_of(a) == std::vector<u32>{0x13, 0x00800513, 0x30201005});
  CHECK(a.files == std::vector<std::string>{"test.s", "inner.s"});
}

TEST_CASE("the ELF file says the same as the assembly") {
  const auto a = assembled(kProgram);
  const auto file = a.elf();
  const auto half = [&](u32 at) { return load_le<u16>(&file.at(at)); };
  const auto word = [&](u32 at) { return load_le<u32>(&file.at(at)); };
  CHECK(word(0) == 0x464c457f);
  CHECK(half(16) == 2);
  CHECK(half(18) == 243);
  CHECK(word(24) == a.entry);
  for (const auto& s : a.sections)
    if (!s.nobits) CHECK(elf_section(file, s.name) == s.bytes);
  // Code, notes, data with zeros behind it, and the notes once more as such.
  REQUIRE(half(44) == 4);
  const u32 data = 52 + 2 * 32;
  CHECK(word(data) == 1);
  CHECK(word(data + 8) == 0x80002000);
  CHECK(word(data + 16) == 4);
  CHECK(word(data + 20) == 10004);
  CHECK(word(data + 24) == 6);
  CHECK(word(data + 4) % 4096 == word(data + 8) % 4096);
  CHECK(word(52 + 3 * 32) == 4);
}

TEST_CASE("other programs read the ELF file") {
  const auto file = assembled(kProgram).elf();
  write_file("program", {reinterpret_cast<const char*>(file.data()), file.size()});
  // ld.lld reads symbols and sections strictly, and complains about what is wrong.
  shell("ld.lld -m elf32lriscv -r --just-symbols=" + scratch("program") + " -o " +
        scratch("linked"));
  CHECK_FALSE(read_file("linked").empty());
}
