// ringside experiment: exit statuses, files and documents.
#include "catch.hpp"
#include "cli/built_program.hpp"

using namespace ringside::cli_test;
using nlohmann::json;

TEST_CASE("experiment lists what there is") {
  const Outcome outcome = call({"experiment", "list"});
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find("pte-write") != std::string::npos);
  const json document = document_of({"experiment", "list"});
  CHECK(document["schema"] == "ringside/experiment/1");
  CHECK(document["experiments"].size() > 20);
}

TEST_CASE(
    "experiment prints what was published beside what was simulated, and writes table and chart") {
  const std::string folder = scratch("charts");
  const Outcome outcome = call({"experiment", "call-return", "--quick", "--output", folder});
  CHECK(outcome.status == 0);
  for (const auto* word : {"R05", "published", "simulated", "band", "calibration", "held"})
    CHECK(outcome.out.find(word) != std::string::npos);
  CHECK(outcome.out.find(folder) != std::string::npos);
  CHECK(read_file(folder + "/call-return.csv").starts_with("strategy,simulated,published\r\n"));
  CHECK(read_file(folder + "/call-return.svg").find("<svg") == 0);
  const json document = document_of({"experiment", "call-return", "--quick", "--output", folder});
  CHECK(document["schema"] == "ringside/experiment/1");
  CHECK(document["held"] == 2);
  CHECK(document["missed"] == 0);
  CHECK(document["experiments"][0]["rows"][0]["kind"] == "calibration");
  CHECK(document["experiments"][0]["points"]["rows"].size() == 3);
}

TEST_CASE("an experiment that there is not is answered with the nearest, in one line") {
  const Outcome outcome = call({"experiment", "pte-wirte"});
  CHECK(outcome.status == 64);
  CHECK(is_one_line(outcome.err, {"pte-wirte", "did you mean pte-write?"}));
  CHECK(call({"experiment", "syscall", "--output", guest_file("zos") + "/x"}).status == 65);
}
