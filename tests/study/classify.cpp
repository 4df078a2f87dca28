// The classes that experiment finds, against those expected and those the table declares.
#include "study/classify/classify.hpp"

#include <fstream>
#include <sstream>

#include "isa/zisa/table.hpp"
#include "study/classified.hpp"

namespace ringside::study {
namespace {

using Names = std::set<std::string>;
struct Expected {
  Names zisa, zisa_v;
};

std::map<std::string, Expected> read_expected() {
  std::ifstream file(RINGSIDE_SOURCE_DIR "/tests/study/expected_classes.txt");
  REQUIRE(file);
  std::map<std::string, Expected> all;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string instruction, word;
    words >> instruction;
    Expected& expected = all[instruction];
    Names* into = &expected.zisa;
    while (words >> word)
      if (word == "|")
        into = &expected.zisa_v;
      else
        into->insert(word);
  }
  return all;
}

// Traps that every mode takes: they are neither privileged nor ever seen to complete.
const Names kAlwaysTrap = {"ecall", "ebreak", "hcall"};

void check_against_expected(const std::string& isa, Names Expected::*which) {
  auto expected = read_expected();
  const Classification all = classified(isa);
  for (const Finding& finding : all.findings) {
    INFO(isa << " " << finding.instruction);
    CHECK(classes_of(finding) == expected[finding.instruction].*which);
    expected.erase(finding.instruction);
  }
  CHECK(expected.empty());
}

TEST_CASE("the classes found on zisa are those expected") {
  check_against_expected("zisa", &Expected::zisa);
}

TEST_CASE("the classes found on zisa-v are those expected") {
  check_against_expected("zisa-v", &Expected::zisa_v);
}

// Whether user mode answered as the table says; `closed`: the holes trap.
void check_in_user(const Finding& finding, zisa::InUser declared, bool closed) {
  switch (declared) {
    case zisa::InUser::kRuns:
      CHECK_FALSE(finding.privileged());
      CHECK((finding.in_user == InUserMode::kTraps) == kAlwaysTrap.contains(finding.instruction));
      break;
    case zisa::InUser::kHole:
      CHECK(finding.privileged() == closed);
      CHECK(finding.in_user == (closed ? InUserMode::kTraps : InUserMode::kRuns));
      break;
    case zisa::InUser::kTraps:
      CHECK(finding.privileged());
      break;
    case zisa::InUser::kTimed:
      CHECK(finding.in_user == InUserMode::kSometimesTraps);
      CHECK(finding.gates == std::vector<std::string>{"TSD"});
      break;
  }
}

TEST_CASE("the table declares what experiment finds") {
  for (const bool closed : {false, true}) {
    const Classification all = classified(closed ? "zisa-v" : "zisa");
    REQUIRE(all.findings.size() == zisa::kRowCount);
    for (const auto& row : zisa::kRows) {
      INFO(all.isa << " " << row.name);
      const Finding* finding = all.find(row.name);
      REQUIRE(finding);
      const auto& declared = row.sensitivity;
      CHECK(finding->is(Class::kControl) == declared.control);
      CHECK((finding->is(Class::kMode) || finding->is(Class::kStatus)) == declared.mode);
      CHECK((finding->is(Class::kFrames) || finding->is(Class::kPages)) == declared.location);
      CHECK(finding->is(Class::kTime) == declared.time);
      check_in_user(*finding, row.in_user, closed);
    }
  }
}

// An experiment in which nothing ever completes would find every instruction innocuous.
TEST_CASE("every instruction was seen to complete, but those that trap in both modes") {
  const Classification all = classified("zisa");
  for (const Finding& finding : all.findings) {
    INFO(finding.instruction);
    if (kAlwaysTrap.contains(finding.instruction))
      CHECK(finding.completed == 0);
    else
      CHECK(finding.completed >= 30);
  }
}

}  // namespace
}  // namespace ringside::study
