// study/compare and study/causes over the bundled guests.
#include "study/compare.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "study/causes.hpp"
#include "support/machines.hpp"

using namespace ringside;
using session::Report;

namespace {

Report judged(const session::Options& options) {
  auto session = test::open_guest(options);
  session.run();
  return study::judged_report(session);
}

std::vector<std::string> causes(const Report& report) {
  std::vector<std::string> names;
  for (const auto& hole : report.holes)
    if (hole.cause) names.push_back(hole.instruction);
  return names;
}

// compare() opens the guests itself.
session::Options found(session::Options options) {
  options.folders = {RINGSIDE_BUILD_DIR "/guests/zisa"};
  return options;
}

const char* const kScript = "forkwait 5; primes 100; hello";

}  // namespace

TEST_CASE("zos fails on zisa through holes, at an assertion of its own") {
  const Report r = judged(test::guest("zos", "zisa", "trap-emulate", kScript));
  CHECK(r.outcome == "failed");
  CHECK(r.exit_code == 42);
  CHECK(r.reason.find("panic") != std::string::npos);
  CHECK(!causes(r).empty());
  for (const auto& hole : r.holes) {
    CHECK(hole.count > 0);
    CHECK(hole.pc >= test::kRam);
    CHECK(!hole.symbol.empty());
    CHECK(hole.got != hole.bare_metal);
  }
}

TEST_CASE("with its holes cured zos does on zisa what it does on the bare machine") {
  auto options = test::guest("zos", "zisa", "trap-emulate", kScript);
  options.cured = {"read_sr", "write_sr", "read_ptbr", "probe"};
  const Report cured = judged(options), bare = judged(test::guest("zos", "zisa", "bare", kScript));
  CHECK(cured.outcome == "exited");
  CHECK(cured.exit_code == 0);
  CHECK(cured.console == bare.console);
}

TEST_CASE("each guest of a hole blames that hole") {
  const std::vector<std::pair<std::string, std::string>> all = {{"hole-read-sr", "read_sr"},
                                                                {"hole-write-sr", "write_sr"},
                                                                {"hole-read-ptbr", "read_ptbr"},
                                                                {"hole-probe", "probe"}};
  for (const auto& [guest, hole] : all) {
    INFO(guest);
    const Report lied = judged(test::guest(guest, "zisa", "trap-emulate"));
    CHECK(lied.outcome == "failed");
    const auto names = causes(lied);
    CHECK(std::find(names.begin(), names.end(), hole) != names.end());
    CHECK(judged(test::guest(guest, "zisa-v", "trap-emulate")).exit_code == 0);
    CHECK(judged(test::guest(guest, "zisa", "bare")).exit_code == 0);
  }
}

TEST_CASE("a failure that no hole moves keeps its own code") {
  // zos refuses an option that it does not know before any assertion meets a lie.
  const Report r = judged(test::guest("zos", "zisa", "trap-emulate", "colour=blue hello"));
  const Report bare = judged(test::guest("zos", "zisa", "bare", "colour=blue hello"));
  CHECK(bare.outcome == "exited");
  CHECK(bare.exit_code == 1);
  CHECK(r.outcome == "exited");
  CHECK(r.exit_code == 1);
  CHECK(causes(r).empty());
}

TEST_CASE("compare runs every strategy on each variant that serves it") {
  const auto options = found(test::guest("zos", "", "bare", kScript));
  std::vector<std::string> announced;
  const auto runs = study::compare({options, {}}, [&](const auto& isa, const auto& strategy) {
    announced.push_back(isa + " " + strategy);
  });
  REQUIRE(runs);
  REQUIRE(runs->size() == 11);
  for (const auto& run : *runs) {
    const std::string name = run.report.isa + " " + run.report.strategy;
    // Hardware assistance by nested and by shadow paging.
    CHECK(std::count(announced.begin(), announced.end(), name) == (run.report.strategy == "hvm" ? 2 : 1));
    const bool holes = run.report.isa == "zisa" && run.report.strategy == "trap-emulate";
    INFO(run.report.isa << " " << run.report.strategy);
    CHECK(run.report.outcome == (holes ? "failed" : "exited"));
    CHECK(run.console_as_bare == !holes);
    CHECK(run.slow_down.has_value() == !holes);
    CHECK(run.unmodified == (run.report.strategy != "paravirt"));
    CHECK(run.report.port.has_value() == !run.unmodified);
    if (run.report.strategy == "bare") CHECK(run.slow_down == 1.0);
    if (run.report.strategy == "trap-emulate" && !holes) CHECK(*run.slow_down > 1.0);
  }
}

TEST_CASE("compare measures against bare even where it is not shown") {
  const auto runs =
      study::compare({found(test::guest("micro-syscall", "zisa-v", "bare")), {"trap-emulate"}},
                     [](const auto&, const auto&) {});
  REQUIRE(runs);
  REQUIRE(runs->size() == 1);
  CHECK(runs->front().slow_down > 1.0);
  const auto json = study::to_json(*runs);
  CHECK(json["schema"] == "ringside/compare/1");
  CHECK(json["runs"][0]["schema"] == "ringside/run/1");
}
