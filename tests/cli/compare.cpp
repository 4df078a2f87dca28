// ringside compare: the document, runs that failed, limits.
#include "catch.hpp"
#include "cli/built_program.hpp"

using namespace ringside::cli_test;
using nlohmann::json;

TEST_CASE("compare --json holds a report of each run and what compares it") {
  const json all = document_of({"compare", "guests/zisa/micro-syscall", "guests/zisa/hole-read-sr"});
  CHECK(all["schema"] == "ringside/compare/1");
  const json& runs = all["runs"];
  REQUIRE(runs.size() == 8);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    CHECK(runs[i]["schema"] == "ringside/run/1");
    CHECK(runs[i]["guest"] == (i < 4 ? "guests/zisa/micro-syscall" : "guests/zisa/hole-read-sr"));
    CHECK(runs[i]["strategy"] == (i % 2 == 0 ? "bare" : "trap-emulate"));
    CHECK(runs[i]["unmodified"] == true);
    if (i % 2 == 0) CHECK(runs[i]["slow_down"] == 1.0);
  }
  const json& deceived = runs[5];
  CHECK(deceived["isa"] == "zisa");
  CHECK(deceived["outcome"] == "failed");
  CHECK(deceived["slow_down"].is_null());
  CHECK(runs[7]["slow_down"].get<double>() > 1.0);
}

TEST_CASE("runs that failed are measured against nothing and marked as failed") {
  const Outcome outcome = call({"compare", "guests/zisa/bad-loop", "--isa", "zisa-v"});
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("1.00x") == std::string::npos);
  CHECK(outcome.out.find("\u2713") == std::string::npos);
  CHECK(outcome.out.find("\u2717 trap-emulate on zisa-v failed") != std::string::npos);
  const json document = document_of({"compare", "guests/zisa/bad-loop"});
  for (const json& run : document["runs"])
    CHECK(run["slow_down"].is_null());
}

TEST_CASE("compare says which limit it has by default and what a variant is not used for") {
  const std::string help = call({"compare", "--help"}).out;
  CHECK(help.find("[10000000000]") != std::string::npos);
  const Outcome assisted = call({"compare", "guests/zisa/micro-syscall", "--isa", "zisa-h"});
  CHECK(assisted.out.find("Note: zisa-h is zisa plus hardware assistance") != std::string::npos);
}
