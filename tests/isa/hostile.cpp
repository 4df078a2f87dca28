// Sources made to exhaust memory, time or the stack end in an error, quickly.
#include "support.hpp"

using namespace ringside;
using namespace ringside::test;
using namespace ringside::zisa;

namespace {

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i) result += text;
  return result;
}

// Lower than the usual limits, which are as much work as a real program may be.
AssemblerOptions small() {
  AssemblerOptions options;
  options.max_bytes = 1u << 20;
  options.max_lines = 100'000;
  return options;
}

void ends_in(std::string_view message, const std::string& source) {
  INFO(source.substr(0, 100));
  const auto text = error_text(source, small());
  INFO(text);
  CHECK(text.find(message) != std::string::npos);
}

}  // namespace

TEST_CASE("output is limited") {
  ends_in("more than 1048576 bytes", ".space 0x7fffffff");
  ends_in("more than 1048576 bytes", ".space 0x7fffffffffffffff");
  ends_in("more than 1048576 bytes", ".space later\n.set later, 0x7fffffffffffffff");
  ends_in("more than 1048576 bytes", ".fill 0x7fffffffffffffff, 8, 1");
  ends_in("more than 1048576 bytes", ".fill 0x7fffffffffffffff, 8, 0");
  ends_in("more than 1048576 bytes", ".org 0x80000000");
  ends_in("more than 1048576 bytes", repeated(".align 22\nnop\n", 20));
  ends_in("more than 1048576 bytes",
          ".rept 40000\n.word 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, "
          "15, 16, 17, 18\n.endr");
  ends_in("more than 1073741824 bytes", ".bss\n.space 0x7fffffff");
  ends_in("4 GiB", "nop\n.bss\n.space 0x40000000\n.section .b2,\"aw\",@nobits\n.space 0x40000000");
}

TEST_CASE("the usual limits") {
  CHECK(error_text(".space 1 << 32").find("more than 67108864 bytes") != std::string::npos);
  CHECK(assembled(".space 64 << 20").sections[0].size == 64u << 20);
}

TEST_CASE("repetitions and macros are limited") {
  ends_in("lines", ".rept 1000000000\nnop\n.endr");
  ends_in("more than 100000 lines", ".rept 100000\n.rept 100000\n.set a, 1\n.endr\n.endr");
  ends_in("too deep", ".macro m\nm\n.endm\nm");
  ends_in("too deep", ".macro m\nm\nm\n.endm\nm");
  ends_in(
      "too much text", ".macro m0\nnop\n.endm\n" + [] {
        std::string macros;
        for (int i = 1; i < 40; ++i)
          macros += ".macro m" + std::to_string(i) + "\nm" + std::to_string(i - 1) + "\nm" +
                    std::to_string(i - 1) + "\n.endm\n";
        return macros;
      }() + "m39");
  ends_in("too much text", ".macro m x\n.if 1\nm \\x\\x\n.endif\n.endm\nm aa");
  CHECK(words(".rept 1000000000\n.endr\nnop").size() == 1);
}

TEST_CASE("inclusion of itself is limited") {
  AssemblerOptions options;
  options.read_file = [](std::string_view) { return std::optional<std::string>(".include \"a\""); };
  CHECK(error_text(".include \"a\"", options).find("too deep") != std::string::npos);
}

TEST_CASE("deep nesting is limited") {
  ends_in("too deeply", ".word " + std::string(100000, '('));
  ends_in("too deeply", ".word " + std::string(100000, '-') + "1");
  ends_in("too deeply", ".word 0" + repeated("+a", 100000) + "\na:");
  CHECK(words(".word 0" + repeated("+1", 100000)) == std::vector<u32>{100000});
  ends_in("no .endif", repeated(".if 1\n", 100000));
  ends_in("no .endm", repeated(".macro m\n", 10000));
}

TEST_CASE("symbols made of symbols are limited") {
  std::string doubling = ".set s0, later\n";
  for (int i = 1; i < 64; ++i)
    doubling += ".set s" + std::to_string(i) + ", s" + std::to_string(i - 1) + " + s" +
                std::to_string(i - 1) + "\n";
  ends_in("too long", doubling + ".word s63\n.set later, 1");
  ends_in("without end", ".set a, b\n.set b, a\n.word a");
  ends_in("too deeply",
          ".set a, later\n" + repeated(".set a, a + 1\n", 2000) + ".word a\n.set later, 1");
}

TEST_CASE("sizes that chase each other are an error") {
  ends_in("this size changes whenever it is applied", "a: .space 8 - (b - a)\nb: nop");
}

// Takes seconds; what is quadratic somewhere runs into the time limit of the test.
TEST_CASE("a million lines") {
  CHECK(words("loop: addi a0, a0, 1\n" + repeated("  beq a0, a1, loop # on\n", 1000) +
              repeated("addi a0, a0, 1\n", 999'000))
            .size() == 1'000'001);
}

TEST_CASE("odd characters") {
  for (int c = 0; c < 256; ++c) {
    const char text[] = {static_cast<char>(c), '\0'};
    const std::string piece(text, 1);
    for (const std::string& source :
         {piece, "nop " + piece, ".word " + piece, ".ascii \"" + piece + "\"", "'" + piece,
          ".macro m x\n\\" + piece + "\n.endm\nm 1", ".set a, " + piece, piece + ": " + piece}) {
      const auto result = assemble("test.s", source);
      if (!result) CHECK_FALSE(result.error().empty());
    }
  }
}
