// Sources that are edited: assembled from memory, kept in files.
#include "session/source.hpp"

#include <filesystem>

#include "catch.hpp"
#include "session/assembly.hpp"
#include "session/files.hpp"

using namespace ringside;
using namespace ringside::session;

namespace {

std::string scratch(const std::string& name) {
  const auto folder = std::filesystem::path(RINGSIDE_BUILD_DIR) / "scratch" / "source";
  std::filesystem::create_directories(folder);
  return (folder / name).string();
}

}  // namespace

TEST_CASE("a text is assembled to what the assembler makes of the file") {
  const std::string path = scratch("same.s"), text = "_start:\n  li a0, 5\n  j _start\n";
  REQUIRE(replace_file(path, text));
  const auto file = assemble_file(path, 0x80000000);
  REQUIRE(file);
  const BuiltSource built = build_source(path, text);
  CHECK(built.faults.empty());
  CHECK(built.elf == file->elf);
  CHECK(built.entry == 0x80000000);
}

TEST_CASE("each error of a source has its line, a message and what to do") {
  const BuiltSource built = build_source("wrong.s", "_start:\n  nop\n  lui sp\n  frobnicate a0\n");
  REQUIRE(built.faults.size() == 2);
  CHECK(built.elf.empty());
  CHECK(built.faults[0].line == 3);
  CHECK(built.faults[0].file == "wrong.s");
  CHECK_FALSE(built.faults[0].message.empty());
  CHECK(built.faults[1].line == 4);
  CHECK(built.faults[1].column == 3);
  const BuiltSource nothing = build_source("empty.s", "# nothing\n");
  REQUIRE(nothing.faults.size() == 1);
  CHECK(nothing.faults[0].line == 0);
}

TEST_CASE("what a source includes is looked for beside it") {
  REQUIRE(replace_file(scratch("part.inc"), "  li a0, 7\n"));
  CHECK(build_source(scratch("whole.s"), "_start:\n.include \"part.inc\"\n").faults.empty());
  CHECK(build_source("/nowhere/whole.s", "_start:\n.include \"part.inc\"\n").faults.size() == 1);
}

TEST_CASE("a file is replaced whole or not at all") {
  const std::string path = scratch("text");
  REQUIRE(replace_file(path, "one"));
  REQUIRE(replace_file(path, "two"));
  CHECK(read_text(path).value() == "two");
  CHECK_FALSE(std::filesystem::exists(path + ".new"));
  CHECK_FALSE(replace_file("/nowhere/text", "three"));
  CHECK_FALSE(replace_file(scratch(""), "a folder"));
  CHECK(program_of("a/hello.s") == "a/hello.elf");
  CHECK(autosave_of("a/hello.s") == "a/.hello.s.autosave");
}
