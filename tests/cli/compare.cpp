// ringside compare: the document, runs that failed, limits.
#include "catch.hpp"
#include "cli/built_program.hpp"

using namespace ringside::cli_test;
using nlohmann::json;

namespace {

// The run of a strategy on a variant.
const json& run_of(const json& runs, const std::string& isa, const std::string& strategy) {
  for (const json& run : runs)
    if (run["isa"] == isa && run["strategy"] == strategy) return run;
  FAIL("no " << strategy << " on " << isa);
  return runs;
}

const std::vector<std::string> kRows = {"zisa bare",    "zisa trap-emulate",   "zisa dbt",   "zisa paravirt", "zisa-v bare",
                                        "zisa-v trap-emulate", "zisa-v dbt", "zisa-v paravirt", "zisa-h bare", "zisa-h hvm", "zisa-h hvm"};

std::vector<std::string> rows_of(const json& runs) {
  std::vector<std::string> rows;
  for (const json& run : runs)
    rows.push_back(run["isa"].get<std::string>() + " " + run["strategy"].get<std::string>());
  return rows;
}

}  // namespace

TEST_CASE("compare --json holds a report of each run and what compares it") {
  const json all = document_of({"compare", "guests/zisa/hole-read-sr"});
  CHECK(all["schema"] == "ringside/compare/1");
  const json& runs = all["runs"];
  REQUIRE(rows_of(runs) == kRows);
  for (const json& run : runs) {
    CHECK(run["schema"] == "ringside/run/1");
    if (run["strategy"] == "bare") CHECK(run["slow_down"] == 1.0);
    CHECK(run["unmodified"] == (run["strategy"] != "paravirt"));
  }
  const json& deceived = run_of(runs, "zisa", "trap-emulate");
  CHECK(deceived["outcome"] == "failed");
  CHECK(deceived["slow_down"].is_null());
  CHECK(run_of(runs, "zisa-v", "trap-emulate")["slow_down"].get<double>() > 1.0);
  // Under hardware assistance both kinds of paging, unless one is asked for.
  CHECK(runs[runs.size() - 2]["paging"] == "nested");
  CHECK(runs[runs.size() - 1]["paging"] == "shadow");
  const json shadow = document_of({"compare", "guests/zisa/hole-read-sr", "--strategies", "hvm", "--paging", "shadow"})["runs"];
  REQUIRE(shadow.size() == 1);
  CHECK(shadow[0]["paging"] == "shadow");
}

TEST_CASE("compare takes the ported guest beside the guest, and says so where there is none") {
  const json runs = document_of({"compare", "guests/zisa/zos", "--append", "hello"})["runs"];
  REQUIRE(rows_of(runs) == kRows);
  for (const char* isa : {"zisa", "zisa-v"}) {
    const json& ported = run_of(runs, isa, "paravirt");
    CHECK(ported["guest"] == "guests/zisa/zos-pv");
    CHECK(ported["unmodified"] == false);
    CHECK(ported["console_as_bare"] == true);
    CHECK(ported["slow_down"].get<double>() > 1.0);
    CHECK(ported["port"]["sites"] > 10);
    CHECK(ported["port"]["added"] > 300);
    CHECK(ported["port"]["removed"] > 100);
    CHECK(run_of(runs, isa, "bare")["port"].is_null());
  }
  const Outcome text = call({"compare", "guests/zisa/zos", "--append", "hello", "--strategies", "paravirt"});
  CHECK(text.out.find("The port adds") != std::string::npos);

  const json none = document_of({"compare", "guests/zisa/micro-syscall", "--append", "50"})["runs"];
  CHECK(run_of(none, "zisa", "paravirt")["outcome"] == "not run");
  const Outcome without = call({"compare", "guests/zisa/micro-syscall", "--append", "50"});
  CHECK(without.status == 0);
  CHECK(without.out.find("there is no guests/zisa/micro-syscall-pv") != std::string::npos);
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
