// How runs of x86 guests end: what is left out of the subset, triple faults; in the report and in the last line.
#include "catch.hpp"
#include "cli/built_program.hpp"

namespace ringside::cli_test {

using nlohmann::json;

namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The report alone, without the last line.
std::string last_line(const Outcome& outcome) {
  const auto at = outcome.err.find("ringside: ");
  return at == std::string::npos ? "" : outcome.err.substr(at);
}

}  // namespace

TEST_CASE("x86: instructions that are left out are named, with place, bytes, and how often") {
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    const Outcome outcome = call({"run", "guests/x86/bad-left-out", "--strategy", strategy});
    CHECK(outcome.status == 1);
    CHECK(holds(outcome.err, "Instructions that are not there"));
    CHECK(holds(outcome.err, "(use_x87) (d9 ee: fldz) raised #UD 3 times"));
    CHECK(holds(outcome.err, "(0f 58 c1: addps"));
    CHECK(is_one_line(last_line(outcome), {"bad-left-out", "ended with code 1", "FLDZ at 00", "use_x87", "d9 ee: fldz",
                                           "3 times", "X87", "-msoft-float"}));
    const json report = document_of({"run", "guests/x86/bad-left-out", "--strategy", strategy});
    const json& all = report["left_out"];
    REQUIRE(all.size() == 2);
    CHECK(all[0]["instruction"] == "FLDZ");
    CHECK(all[0]["count"] == 3);
    CHECK(all[0]["needs"] == "X87");
    CHECK(all[0]["first"]["symbol"] == "use_x87");
    CHECK(all[0]["first"]["bytes"] == json::array({0xd9, 0xee}));
    CHECK(all[0]["first"]["text"] == "fldz");
    CHECK(all[1]["instruction"] == "ADDPS");
    CHECK(all[1]["count"] == 1);
    CHECK(all[1]["needs"] == "SSE");
  }
}

TEST_CASE("x86: what is left out is named beside the limit that ended the run") {
  const Outcome outcome = call({"run", "guests/x86/bad-left-out", "--json", "--max-instructions", "2400"});
  if (outcome.status != 67) return;  // it ended before
  CHECK(is_one_line(outcome.err, {"limit of 2400", "FLDZ at use_x87"}));
}

TEST_CASE("x86: an instruction of a later CPU is named with the model that has it") {
  const json report = document_of({"run", "guests/x86/show-cpu", "--cpu", "i486"});
  const json& all = report["left_out"];
  REQUIRE(all.size() == 5);
  CHECK(all[0]["instruction"] == "CPUID");
  CHECK(all[0]["needs"] == "pentium");
  CHECK(all.back()["instruction"] == "CMOVZ");
  CHECK(all.back()["needs"] == "i686");
  CHECK(document_of({"run", "guests/x86/show-cpu"})["left_out"].empty());
}

TEST_CASE("x86: a guest that works has nothing to say of it, and one for Z-ISA no such field") {
  const Outcome outcome = call({"run", "guests/x86/micro-cli"});
  CHECK(outcome.status == 0);
  CHECK_FALSE(holds(outcome.err, "not there"));
  CHECK(last_line(outcome).empty());
  CHECK_FALSE(document_of({"run", "guests/zisa/micro-syscall"}).contains("left_out"));
}

TEST_CASE("x86: a triple fault tells place, bytes, the faults that led to it, and a remedy") {
  for (const char* strategy : {"bare", "hvm"}) {
    INFO(strategy);
    const Outcome outcome = call({"run", "guests/x86/bad-triple-fault", "--json", "--strategy", strategy});
    CHECK(outcome.status == 66);
    INFO(outcome.err);
    CHECK(is_one_line(outcome.err, {"bad-triple-fault: 00", "(last_words)", "triple fault at 0x1", "(0f 0b: ud2): #UD",
                                    "in its delivery #GP (error code 0x33)", "in that of the double fault #GP (error code 0x43)",
                                    "LIDT"}));
    const json report = json::parse(outcome.out);
    CHECK(report["outcome"] == "failed");
    CHECK(report["end"]["symbol"] == "last_words");
    CHECK(report["left_out"].empty());
  }
}

TEST_CASE("x86: a guest that waits for what cannot come has failed, and is told why") {
  for (const std::vector<std::string>& way : std::vector<std::vector<std::string>>{
           {"bare"}, {"trap-emulate"}, {"dbt"}, {"hvm"}, {"hvm", "--paging", "shadow"}, {"hvm", "--virtual-time"}}) {
    const auto run = [&](const std::string& word, const std::string& input = "") {
      std::vector<std::string> words = {"run", "guests/x86/bad-wait", "--json", "--append", word, "--max-cycles", "10000000000",
                                        "--strategy"};
      words.insert(words.end(), way.begin(), way.end());
      return call(words, input);
    };
    const auto fails = [&](const std::string& word, const std::vector<std::string>& parts) {
      const Outcome outcome = run(word);
      INFO(way.front() << " " << word << ": " << outcome.err);
      CHECK(outcome.status == 66);
      CHECK(is_one_line(outcome.err, parts));
    };
    fails("", {"waits for ever", "HLT", "8259 masks 0xff and 0xff", "enable an interrupt"});
    fails("eoi", {"waits for ever", "8259 masks 0xfe and 0xff", "still in service there 0x01 and 0x00"});
    fails("off", {"waits for ever", "EFLAGS.IF is 0"});
    fails("input", {"waits for input that has ended"});
    CHECK(run("tick").status == 0);
    CHECK(run("input", "x").status == 0);
  }
}

TEST_CASE("x86: a guest that waits for ever does not keep its neighbour from ending") {
  for (const char* strategy : {"trap-emulate", "hvm"}) {
    const Outcome outcome = call({"run", "guests/x86/bad-wait", "guests/x86/micro-syscall", "--json", "--strategy", strategy});
    CHECK(outcome.status == 66);
    const json report = json::parse(outcome.out);
    REQUIRE(report["guests"].size() == 2);
    CHECK(report["guests"][0]["outcome"] == "failed");
    CHECK(report["guests"][1]["outcome"] == "exited");
  }
}

}  // namespace ringside::cli_test
