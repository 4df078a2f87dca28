// Names of guests that are none, and where those there are can be seen.
#include "catch.hpp"
#include "cli/built_program.hpp"

using namespace ringside::cli_test;

namespace {

void expect_advice(const std::string& verb, const std::string& name,
                   const std::vector<std::string>& parts) {
  const Outcome outcome = call({verb, name});
  INFO(outcome.err);
  CHECK(outcome.status == 65);
  CHECK(is_one_line(outcome.err, parts));
}

}  // namespace

TEST_CASE("a guest's name without its folder, or mistyped, is answered with the one meant") {
  for (const auto* verb : {"run", "compare", "debug", "disasm"})
    expect_advice(verb, "zos", {"did you mean guests/zisa/zos or guests/x86/zos?"});
  expect_advice("run", "zoz", {"did you mean guests/zisa/zos or guests/x86/zos?"});
  expect_advice("run", "guests/zisa/micro-sycall", {"did you mean guests/zisa/micro-syscall?"});
  const std::string far = call({"run", "quicksort"}).err;
  CHECK(is_one_line(far, {"no such file", "ringside run --help"}));
  CHECK(far.find("did you mean") == std::string::npos);
}

TEST_CASE("a source is not run but the way to its guest is told") {
  const std::string source = write_scratch("hello.s", "main: j main\n");
  expect_advice("run", source, {"hello.s", "ringside asm " + source + " -o " + scratch("hello")});
}

TEST_CASE("help lists the bundled guests") {
  const std::string help = call({"run", "--help"}).out;
  for (const auto* name : {"guests/zisa/zos", "guests/zisa/micro-syscall", "guests/zisa/bad-loop"})
    CHECK(help.find(name) != std::string::npos);
  CHECK(help.find("zos.img") == std::string::npos);
}
