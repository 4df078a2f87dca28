// The Popek-Goldberg report as a person sees it.
#include "cli/classify_text.hpp"

#include "catch.hpp"

namespace ringside::cli {
namespace {

using namespace study;

const Style kPlain{.colour = false, .unicode = false, .width = 200};

Finding finding(const std::string& name, std::initializer_list<Class> classes, InUserMode in_user) {
  Finding made;
  made.instruction = name;
  made.in_user = in_user;
  for (const Class each : classes) made.witnesses[each] = {};
  return made;
}

Classification three_instructions() {
  Classification all;
  all.isa = "mine";
  all.findings = {
      finding("add", {}, InUserMode::kRuns),
      finding("peek", {Class::kMode, Class::kPages, Class::kUser}, InUserMode::kRuns),
      finding("clock", {Class::kTime}, InUserMode::kSometimesTraps),
  };
  all.findings[2].gates = {"TSD"};
  all.verdicts = judge(all.findings);
  return all;
}

// The line of a text that begins with a word.
std::string line_of(const std::string& text, const std::string& word) {
  const auto at = ("\n" + text).find("\n" + word);
  REQUIRE(at != std::string::npos);
  return text.substr(at, text.find('\n', at) - at);
}

TEST_CASE("classify prints a row for each instruction and a sentence for each theorem") {
  const std::string text = classify_text(three_instructions(), kPlain);
  CHECK(line_of(text, "add").find("innocuous") != std::string::npos);
  const std::string peek = line_of(text, "peek");
  CHECK(peek.find("behaviour: mode, pages; user") != std::string::npos);
  CHECK(peek.ends_with("yes"));
  CHECK(text.find("\npeek") < text.find("\nadd"));  // sensitive ones first
  CHECK(line_of(text, "clock").find("if TSD") != std::string::npos);
  CHECK(line_of(text, "Theorem 1").find("fails: peek is sensitive") != std::string::npos);
  CHECK(line_of(text, "Theorem 3").find("fails: peek is user-sensitive") != std::string::npos);
}

TEST_CASE("classify prints non-root mode apart, and only what has something to say") {
  Classification all = three_instructions();
  GuestFinding add, wait;
  add.instruction = "add";
  wait.instruction = "wait", wait.exits = InUserMode::kTraps, wait.can_be_made_to_exit = true;
  all.non_root = NonRootClassification{{add, wait}, all.verdicts};
  const std::string text = classify_text(all, kPlain);
  CHECK(text.find("in root mode") != std::string::npos);
  CHECK(line_of(text, "wait").find("always") != std::string::npos);
  CHECK(line_of(text, "The other 1 are innocuous").find("never exit") != std::string::npos);
}

TEST_CASE("classify prints the published list beside what was found, and what is found beyond it") {
  Classification all = three_instructions();
  all.published = compare_with_robin_irvine(
      {finding("sgdt", {Class::kStatus}, InUserMode::kRuns), finding("sidt", {}, InUserMode::kRuns),
       finding("iret", {Class::kControl}, InUserMode::kSometimesTraps), finding("add", {}, InUserMode::kRuns)});
  const std::string text = classify_text(all, kPlain);
  CHECK(line_of(text, "SGDT").ends_with("yes"));
  CHECK(line_of(text, "SIDT").ends_with("no"));
  CHECK(line_of(text, "iret").find("RET far") != std::string::npos);
  CHECK(all.published->extras.size() == 1);
}

TEST_CASE("a witness shows both states and marks what differs") {
  WitnessText witness;
  witness.sentence = "it depends";
  witness.instruction = "peek a0";
  witness.states = {"state A", "state B"};
  witness.before = {{"mode", "U", "S", true}, {"pc", "0", "0", false}};
  witness.after = {{"a0", "1", "2", true}};
  witness.holds = true;
  const std::string text = witness_text(witness, kPlain);
  CHECK(line_of(text, "  mode").ends_with("differs"));
  CHECK_FALSE(line_of(text, "  pc").ends_with("differs"));
  CHECK(line_of(text, "  a0").ends_with("differs"));
  CHECK(text.find("does not show") == std::string::npos);
  witness.holds = false;
  CHECK(witness_text(witness, kPlain).find("does not show") != std::string::npos);
}

TEST_CASE("subsets of holes are listed with the theorems") {
  const std::vector<SubsetVerdicts> subsets = {{{}, judge({})},
                                               {{"peek"}, three_instructions().verdicts}};
  const std::string text = subsets_text(subsets, kPlain);
  CHECK(line_of(text, "none").find("fails") == std::string::npos);
  CHECK(line_of(text, "peek").find("holds") == std::string::npos);
}

TEST_CASE("sensitive instructions of a guest are listed and counted") {
  const GuestUses uses{
      "guest",
      {{0x80000004, "main+0x4", "peek", "peek a0"}, {0x80000008, "", "peek", "peek a1"}},
      {{"peek", 2}}};
  const std::string text = uses_text(uses, kPlain);
  CHECK(line_of(text, "0x80000004").find("main+0x4") != std::string::npos);
  CHECK(text.find("2 peek") != std::string::npos);
  CHECK(text.find("2 in all") != std::string::npos);
}

TEST_CASE("a list of x86 code says which are holes") {
  const GuestUses uses{"guest",
                       {{0x100000, "main", "popf", "popfd", true}, {0x100001, "main+0x1", "cli", "cli", false}},
                       {{"cli", 1}, {"popf", 1}},
                       true};
  const std::string text = uses_text(uses, kPlain);
  CHECK(line_of(text, "0x00100000").ends_with("yes"));
  CHECK(line_of(text, "0x00100001").ends_with("-"));
}

}  // namespace
}  // namespace ringside::cli
