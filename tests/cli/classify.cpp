// ringside classify: both ISAs, their guests, and what cannot be asked.
#include "catch.hpp"
#include "cli/built_program.hpp"

using namespace ringside::cli_test;
using nlohmann::json;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const json* find(const json& list, const std::string& name) {
  for (const json& each : list)
    if (each["name"] == name) return &each;
  return nullptr;
}

}  // namespace

TEST_CASE("classify --isa x86 prints Robin and Irvine's list beside what it found") {
  const Outcome outcome = call({"classify", "--isa", "x86"});
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  for (const auto* part : {"SGDT", "MOV segment", "found beside them", "Theorem 1", "Robin and Irvine"})
    CHECK(has(outcome.out, part));
}

TEST_CASE("classify --isa x86 --json holds the list, the extras, a witness each") {
  const json document = document_of({"classify", "--isa", "x86"});
  CHECK(document["schema"] == "ringside/classify/1");
  CHECK(document["isa"] == "x86");
  const json& published = document["published"];
  REQUIRE(published["listed"].size() == 18);
  for (const json& each : published["listed"]) {
    INFO(each["name"]);
    CHECK(each["found"] == true);
    for (const json& row : each["instructions"]) {
      const json* instruction = find(document["instructions"], row.get<std::string>());
      REQUIRE(instruction);
      CHECK_FALSE((*instruction)["witnesses"].empty());
    }
  }
  CHECK(find(published["extras"], "iret"));
  CHECK(find(published["extras"], "rdtsc"));
}

TEST_CASE("classify --witness shows two states of the x86 machine") {
  const Outcome outcome = call({"classify", "--isa", "x86", "--witness", "SGDT"});
  CHECK(outcome.status == 0);
  for (const auto* part : {"state A", "GDTR", "sgdt", "completes"}) CHECK(has(outcome.out, part));
}

TEST_CASE("classify --guest lists an x86 kernel, which says itself what it is for") {
  for (const auto* guest : {"guests/x86/zos", "guests/x86/pctest"}) {
    const Outcome outcome = call({"classify", "--guest", guest});
    CHECK(outcome.status == 0);
    for (const auto* part : {"iret", "lidt", "in all"}) CHECK(has(outcome.out, part));
    const json document = document_of({"classify", "--guest", guest});
    CHECK(document["isa"] == "x86");
    CHECK(document["guest"]["counts"]["iret"] >= 1);
    // What linkers fill with is left out.
    if (std::string(guest) == "guests/x86/zos") CHECK_FALSE(document["guest"]["counts"].contains("int3"));
    for (const json& use : document["guest"]["sensitive"])
      CHECK_FALSE(use["symbol"].get<std::string>().empty());
  }
}

TEST_CASE("classify refuses what does not go together") {
  const auto refused = [](const std::vector<std::string>& arguments, const std::vector<std::string>& parts) {
    const Outcome outcome = call(arguments);
    INFO(outcome.err);
    CHECK(outcome.status == 64);
    CHECK(is_one_line(outcome.err, parts));
  };
  refused({"classify", "--isa", "x86", "--all-subsets"}, {"--all-subsets", "--isa zisa"});
  refused({"classify", "--isa", "x86", "--guest", "guests/zisa/zos"}, {"--isa x86", "Z-ISA"});
  refused({"classify", "--isa", "zisa", "--guest", "guests/x86/zos"}, {"--isa zisa", "x86"});
  refused({"classify", "--isa", "x86", "--witness", "NONE"}, {"no such instruction"});
}
