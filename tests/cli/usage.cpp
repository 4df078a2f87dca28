// What is said to those who call the program wrongly, and to those who ask for help.
#include "catch.hpp"
#include "cli/built_program.hpp"

using namespace ringside::cli_test;

namespace {

using Words = std::vector<std::string>;

void expect_refusal(const Words& arguments, const Words& parts) {
  const Outcome outcome = call(arguments);
  INFO(outcome.err);
  CHECK(outcome.status == 64);
  CHECK(outcome.out.empty());
  CHECK(is_one_line(outcome.err, parts));
}

}  // namespace

TEST_CASE("wrong usage is said in one line, with status 64") {
  expect_refusal({}, {"verb", "ringside --help"});
  expect_refusal({"fly"}, {"no verb \"fly\"", "ringside --help"});
  expect_refusal({"run"}, {"GUEST", "ringside run --help"});
  expect_refusal({"run", "x", "--wings"}, {"--wings", "ringside run --help"});
  expect_refusal({"run", "x", "--max-cycles", "many"}, {"--max-cycles", "\"many\""});
  expect_refusal({"run", "x", "--max-cycles", "-1"}, {"--max-cycles", "\"-1\""});
  expect_refusal({"run", "x", "--max-cycles", "99999999999999999999"},
                 {"--max-cycles", "no number"});
  expect_refusal({"run", "x", "--memory", "16X"}, {"--memory", "\"16X\"", "16M"});
  expect_refusal({"run", "x", "--append"}, {"--append"});
  expect_refusal({"run", "x", "--record", "a", "--replay", "b"}, {"--record", "--replay"});
  expect_refusal({"completion", "tcsh"}, {"tcsh"});
}

TEST_CASE("options that this version cannot serve are refused, not ignored") {
  const std::string guest = guest_file("micro-syscall");
  expect_refusal({"run", guest, guest}, {"--strategy bare", "name one guest"});
  expect_refusal({"run", guest, guest, "--strategy", "dbt", "--trace", "t"}, {"--trace", "name one guest"});
  expect_refusal({"run", "x", "--paging", "nested"}, {"--paging nested", "hvm", "zisa-h"});
  expect_refusal({"run", "x", "--paging", "soft"}, {"--paging soft"});
  expect_refusal({"run", "x", "--cpus", "2"}, {"--cpus 2"});
  expect_refusal({"debug", guest, "--history", "1"}, {"--history 1:", "less than 1M"});
  for (const auto* verb : {"run", "compare"})
    expect_refusal({verb, "x", "--history", "1M"}, {"--history", "ringside debug"});
}

TEST_CASE("unknown names are answered with those there are") {
  const std::string guest = guest_file("micro-syscall");
  expect_refusal({"run", guest, "--strategy", "magic"},
                 {"--strategy magic", "bare", "trap-emulate"});
  expect_refusal({"run", guest, "--isa", "vax"}, {"--isa vax", "zisa", "zisa-v"});
  expect_refusal({"run", guest, "--cost-model", "texbook"},
                 {"texbook", "textbook", "prescott-2005"});
  expect_refusal({"run", guest, "--memory", "12K"}, {"--memory", "between 1M and 1G"});
  expect_refusal({"run", guest, "--drive", "none", "--drive", "none", "--drive", "none"},
                 {"--drive", "two drives"});
  expect_refusal({"run", guest, "--append", std::string(5000, 'x')}, {"command line", "do not fit"});
  expect_refusal({"compare", guest, "--strategies", "bare,magic"}, {"magic"});
}

TEST_CASE("help and version are answers, not errors") {
  CHECK(call({"--version"}).out.starts_with("ringside "));
  const Outcome all = call({"--help"});
  CHECK(all.status == 0);
  CHECK(all.err.empty());
  for (const auto* verb : {"run", "compare", "completion", "man"}) {
    INFO(verb);
    CHECK(all.out.find(verb) != std::string::npos);
    const Outcome help = call({verb, "--help"});
    CHECK(help.status == 0);
    CHECK(help.out.find("Examples:\n  ringside " + std::string(verb)) != std::string::npos);
  }
}

TEST_CASE("completion and manual know every option of run") {
  const std::string page = call({"man"}).out;
  CHECK(page.starts_with(".TH RINGSIDE 1"));
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    const std::string script = call({"completion", shell}).out;
    INFO(shell);
    for (const std::string option : {"max-instructions", "virtual-time", "replay", "append"}) {
      CHECK(script.find(option) != std::string::npos);
      CHECK(call({"run", "--help"}).out.find("--" + option) != std::string::npos);
    }
    CHECK(script.find("trap-emulate") != std::string::npos);
  }
  CHECK(page.find("\\-\\-max\\-instructions") != std::string::npos);
}
