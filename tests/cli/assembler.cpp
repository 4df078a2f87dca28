// ringside asm and disasm: what they say, and with which status they end.
#include <algorithm>

#include "catch.hpp"
#include "cli/built_program.hpp"

using namespace ringside::cli_test;
using nlohmann::json;

namespace {

std::string source() {
  return write_scratch("hello.s", ".globl _start\n_start: li a0, 1\nloop: j loop\n");
}

}  // namespace

TEST_CASE("asm says what it wrote, unless it is to be quiet") {
  const std::string output = scratch("hello");
  const Outcome said = call({"asm", source(), "-o", output});
  INFO(said.out << said.err);
  CHECK(said.status == 0);
  CHECK(said.err.empty());
  CHECK(said.out == output + ": " + std::to_string(read_file(output).size()) +
                        " bytes, 2 symbols, entry 0x80000000 (_start)\n");
  CHECK(call({"asm", source(), "-o", output, "--quiet"}).out.empty());
  CHECK(document_of({"asm", source(), "-o", output})["entry"] == 0x80000000u);
}

TEST_CASE("asm ends as run does where a file cannot be written") {
  const Outcome outcome = call({"asm", source(), "-o", "/no/such/folder/hello"});
  CHECK(outcome.status == 65);
  CHECK(outcome.out.empty());
  CHECK(is_one_line(outcome.err, {"/no/such/folder/hello", "cannot be written", "-o"}));
}

TEST_CASE("the instruction table comes as a document too") {
  const json table = document_of({"disasm", "--table"});
  CHECK(table["schema"] == "ringside/instructions/1");
  const std::string markdown = call({"disasm", "--table"}).out;
  CHECK(static_cast<std::size_t>(std::count(markdown.begin(), markdown.end(), '\n')) ==
        table["instructions"].size() + 2);
  for (const json& row : table["instructions"])
    CHECK(markdown.find("| `" + row["usage"].get<std::string>() + "` |") != std::string::npos);
}

TEST_CASE("the instruction table takes no guest") {
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{"guests/zisa/zos"}, {"--sensitive"}}) {
    std::vector<std::string> words = {"disasm", "--table"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = call(words);
    CHECK(outcome.status == 64);
    CHECK(is_one_line(outcome.err, {"--table"}));
  }
}

TEST_CASE("a mark means the same in disasm and in debug") {
  const json listing = document_of({"disasm", "guests/zisa/hole-read-sr"});
  const Outcome debug = call({"debug", "guests/zisa/hole-read-sr", "--isa", "zisa", "--strategy",
                              "trap-emulate", "--json"},
                             "until hole\nback\n");
  const json next =
      json::parse(debug.out.substr(debug.out.find('\n') + 1), nullptr, false)["position"]["next"];
  const auto& lines = listing["lines"];
  const auto same = std::find_if(lines.begin(), lines.end(), [&](const json& line) {
    return line["address"] == next["pc"];
  });
  REQUIRE(same != lines.end());
  CHECK((*same)["mark"] == "M!");
  CHECK(next["mark"] == "M!");
}

TEST_CASE("asm does not write over its source") {
  const std::string file = source();
  const std::string before = read_file(file);
  const Outcome outcome = call({"asm", file, "-o", file});
  CHECK(outcome.status == 64);
  CHECK(is_one_line(outcome.err, {file, "the source itself", "name another file"}));
  CHECK(read_file(file) == before);
}

TEST_CASE("a source that makes nothing to run is refused, and a device is not read for ever") {
  const Outcome empty = call({"asm", write_scratch("empty.s", "# nothing\n")});
  CHECK(empty.status == 65);
  CHECK(empty.err.find("nothing to run") != std::string::npos);
  const Outcome device = call({"asm", "/dev/zero"});
  CHECK(device.status == 65);
  CHECK(is_one_line(device.err, {"/dev/zero", "is a device", "plain file"}));
  const Outcome folder = call({"run", "/"});
  CHECK(folder.status == 65);
  CHECK(is_one_line(folder.err, {"/: cannot be"}));
}
