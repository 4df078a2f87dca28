// How runs end: the exit status, and the line that says why.
#include "catch.hpp"
#include "cli/built_program.hpp"

using namespace ringside::cli_test;

namespace {

using Words = std::vector<std::string>;

Outcome run_guest(const std::string& guest, Words more = {}) {
  Words arguments = {"run", guest_file(guest), "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return call(arguments);
}

void expect_ending(const std::string& guest, const Words& options, int status, const Words& parts) {
  const Outcome outcome = run_guest(guest, options);
  INFO(guest << ": " << outcome.err);
  CHECK(outcome.status == status);
  CHECK(is_one_line(outcome.err, parts));
}

const Words kZisaV = {"--isa", "zisa-v", "--strategy", "trap-emulate"};

}  // namespace

TEST_CASE("guests that can never get further fail, bare and under a VMM") {
  for (const Words& options : {Words{}, kZisaV}) {
    expect_ending("bad-loop", options, 66,
                  {"bad-loop", "(main", "jumps to itself", "exit register"});
    expect_ending("bad-wait-forever", options, 66,
                  {"bad-wait-forever", "waits for ever", "IENABLE is 0x", "enable an interrupt"});
    expect_ending("bad-jump-nowhere", options, 66, {"bad-jump-nowhere", "trap vector", "TVEC"});
    expect_ending("bad-vector", options, 66, {"bad-vector", "trap vector"});
  }
}

TEST_CASE("a guest that waits for input after its end is told from one that waits for nothing") {
  for (const Words& options : {Words{}, kZisaV})
    expect_ending("zos", options, 66, {"waits for input that has ended", "--input", "--append"});
}

TEST_CASE("the last line is short where holes lied, and the report tells the story") {
  const Outcome outcome = call({"run", "guests/zisa/zos", "--isa", "zisa", "--strategy",
                                "trap-emulate", "--append", "hello"});
  CHECK(outcome.status == 66);
  const std::string last = outcome.err.substr(outcome.err.find("ringside: "));
  INFO(last);
  CHECK(is_one_line(last, {"guests/zisa/zos", "panic", "cause: ", " at ", "zisa-v"}));
  CHECK(last.size() < 400);
  CHECK(outcome.err.find("on the bare machine it would have") < outcome.err.find("ringside: "));
}

TEST_CASE("a guest that works for ever is ended by a limit") {
  expect_ending("bad-loop-long", {"--max-instructions", "100000"}, 67,
                {"limit of 100000 instructions", "--max-instructions"});
  expect_ending("bad-loop-long", {"--max-cycles", "100000"}, 67,
                {"limit of 100000 cycles", "--max-cycles"});
}

TEST_CASE("a guest that rewrites its code runs the new code") {
  CHECK(run_guest("bad-self-modify").status == 0);
  CHECK(run_guest("bad-self-modify", kZisaV).status == 0);
}

TEST_CASE("wild page tables hurt nobody but the guest") {
  for (const Words& options : {Words{}, kZisaV}) {
    const Outcome outcome = run_guest("bad-wild-tables", options);
    INFO(outcome.err);
    CHECK((outcome.status < 64 || outcome.status == 66));
  }
}

TEST_CASE("the guest's code is the exit status, 63 for any larger one") {
  CHECK(run_guest("zos", {"--append", "exit 3"}).status == 3);
  CHECK(run_guest("zos", {"--append", "exit 63"}).status == 63);
  CHECK(run_guest("zos", {"--append", "exit 200"}).status == 63);
}

TEST_CASE("a limit reached after a lie stays a limit and names the holes") {
  expect_ending("zos",
                {"--isa", "zisa", "--strategy", "trap-emulate", "--max-instructions", "73000"}, 67,
                {"limit of 73000", "holes that lied before: ", "READ_SR"});
}
