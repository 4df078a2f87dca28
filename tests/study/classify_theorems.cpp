// The verdicts on variants, on all subsets of the holes, and on machines of one's own.
#include <algorithm>
#include <cstdio>
#include <fstream>

#include "study/classified.hpp"

namespace ringside::study {
namespace {

using Names = std::vector<std::string>;

TEST_CASE("zisa breaks theorems 1 and 3, zisa-v none") {
  const Classification zisa = classified("zisa");
  CHECK(holding(zisa.verdicts) == std::vector{false, false, false});
  CHECK(zisa.verdicts[0].breakers == Names{"read_sr", "write_sr", "read_ptbr", "probe"});
  CHECK(zisa.verdicts[2].breakers == Names{"read_sr", "read_ptbr", "probe"});
  CHECK_FALSE(zisa.non_root);

  const Classification zisa_v = classified("zisa-v");
  CHECK(holding(zisa_v.verdicts) == std::vector{true, true, true});
  for (const Verdict& verdict : zisa_v.verdicts) {
    CHECK(verdict.breakers.empty());
    CHECK(verdict.sentence.find("holds") != std::string::npos);
  }
}

TEST_CASE("zisa-h is zisa in root mode, and in non-root mode all theorems hold") {
  const Classification zisa_h = classified("zisa-h");
  CHECK(holding(zisa_h.verdicts) == std::vector{false, false, false});
  REQUIRE(zisa_h.non_root);
  CHECK(holding(zisa_h.non_root->verdicts) == std::vector{true, true, true});
  for (const GuestFinding& each : zisa_h.non_root->findings) {
    INFO(each.instruction);
    CHECK(each.refused == 0);
    CHECK_FALSE(each.hole());
    CHECK(each.time == (each.instruction == "rdcyc" || each.instruction == "rdcych"));
    if (each.instruction == "wfi") CHECK(each.exits == InUserMode::kTraps);
    if (each.instruction == "read_sr") CHECK(each.completed > 0);
  }
}

// The experiment can find something: without a wish to exit a wait stops the CPU, and without nested tables the
// guest sees where its memory lies.
TEST_CASE("non-root mode has holes where the VMM asks for too little") {
  const auto laboratory = laboratory_of("zisa-h");
  const auto holes = [&](session::LabExits exits, bool nested) {
    Names names;
    for (const GuestFinding& each : classify_non_root(laboratory.instructions(), exits, nested).findings)
      if (each.hole()) names.push_back(each.instruction);
    return names;
  };
  CHECK(holes(session::LabExits::kNone, true) == Names{"wfi"});
  const Names shown = holes(session::LabExits::kNone, false);
  CHECK(std::ranges::count(shown, "read_ptbr") == 1);
  CHECK(std::ranges::count(shown, "wfi") == 1);
  CHECK(holes(session::LabExits::kAll, true).empty());
}

TEST_CASE("the theorems for all subsets of the holes") {
  auto laboratory = laboratory_of("zisa");
  const Classification all = classify(laboratory);
  const auto subsets = classify_subsets(laboratory, all);
  REQUIRE(subsets);
  REQUIRE(subsets->size() == 16);
  std::set<Names> seen;
  for (const SubsetVerdicts& subset : *subsets) {
    INFO("open: " << subset.open.size() << (subset.open.empty() ? "" : " " + subset.open[0]));
    seen.insert(subset.open);
    const bool none = subset.open.empty();
    // The PDP-10's JRST 1: no VMM by theorem 1, a hybrid VMM by theorem 3.
    const bool write_sr_alone = subset.open == Names{"write_sr"};
    CHECK(holding(subset.verdicts) == std::vector{none, none, none || write_sr_alone});
    CHECK(subset.verdicts[0].breakers == subset.open);
  }
  CHECK(seen.size() == 16);
}

/// A variant file, for as long as it lives; `name` tells it from those of tests that run beside.
struct VariantFile {
  VariantFile(const std::string& name, const std::string& answers)
      : path(RINGSIDE_BUILD_DIR "/classify_" + name + ".json") {
    std::ofstream file(path);
    file << R"({"name": "mine", "base": "zisa-v", "traps_in_user": {)" << answers << "}}";
    REQUIRE(file.flush());
  }
  ~VariantFile() { std::remove(path.c_str()); }
  std::string path;
};

// classify_subsets experiments with one instruction at a time; here is one subset as a whole
// machine.
TEST_CASE("a variant file with only write_sr open fails 1 and holds 3") {
  const VariantFile file("write_sr", R"("write_sr": false)");
  const Classification all = classified(file.path);
  CHECK(all.isa == "mine");
  CHECK(holding(all.verdicts) == std::vector{false, false, true});
  CHECK(all.verdicts[0].breakers == Names{"write_sr"});
}

TEST_CASE("a clock that user mode always reads breaks theorem 2 alone") {
  const VariantFile file("clock", R"("rdcyc": false)");
  const Classification all = classified(file.path);
  CHECK(holding(all.verdicts) == std::vector{true, false, true});
  CHECK(all.verdicts[1].breakers == Names{"rdcyc"});
}

TEST_CASE("holes that no machine of ours has are found as well") {
  const VariantFile file("others", R"("wfi": false, "tret": false, "write_cr": false)");
  const Classification all = classified(file.path);
  CHECK(holding(all.verdicts) == std::vector{false, false, false});
  CHECK(all.verdicts[2].breakers == Names{"tret", "wfi", "write_cr"});
}

TEST_CASE("a variant that is none gives an error") {
  const auto laboratory = session::Laboratory::open("zisa-w");
  REQUIRE_FALSE(laboratory);
  CHECK(laboratory.error().text().find("zisa-w") != std::string::npos);
}

}  // namespace
}  // namespace ringside::study
