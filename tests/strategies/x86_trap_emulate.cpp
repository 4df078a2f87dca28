// Ring compression on x86: a guest that no hole lied to is, in virtual time, the same as on the
// bare machine; so is every guest once the holes are cured, when trap-and-emulate has all of Popek
// and Goldberg's condition. Kernels that look fail.
#include "catch.hpp"
#include "isa/x86/table.hpp"
#include "session/catalogue.hpp"
#include "session/session.hpp"
#include "study/causes.hpp"

using namespace ringside;

namespace {

session::Options options_for(const std::string& guest, const std::string& strategy) {
  session::Options options;
  options.guest = "guests/x86/" + guest;
  options.strategy = strategy;
  options.virtual_time = true;
  options.max_instructions = 100'000'000;
  options.folders = {RINGSIDE_BUILD_DIR};
  return options;
}

session::Session run(const session::Options& options) {
  auto opened = session::Session::open(options);
  REQUIRE(opened.has_value());
  opened->run();
  return std::move(*opened);
}

std::vector<std::string> every_hole() {
  std::vector<std::string> names;
  for (const auto& row : x86::kRows)
    if (x86::is_hole(row)) names.emplace_back(row.name);
  return names;
}

void check_same(const session::Report& bare, const session::Report& other) {
  CHECK(other.outcome == bare.outcome);
  CHECK(other.reason == bare.reason);
  CHECK(other.exit_code == bare.exit_code);
  CHECK(other.console == bare.console);
  CHECK(other.guest_instructions() == bare.guest_instructions());
  CHECK(other.state_hash == bare.state_hash);
}

void check_cured(const std::string& guest, const std::string& append = "") {
  CAPTURE(guest);
  auto bare = options_for(guest, "bare"), cured = options_for(guest, "trap-emulate");
  bare.append = cured.append = append;
  cured.cured = every_hole();
  const auto report = run(cured).report();
  CHECK(report.holes.empty());
  check_same(run(bare).report(), report);
}

const session::HoleReport* find(const session::Report& report, const std::string& instruction) {
  for (const auto& hole : report.holes)
    if (hole.instruction == instruction) return &hole;
  return nullptr;
}

std::vector<std::string> guests_called(const std::string& prefix) {
  std::vector<std::string> names;
  const std::string folder = "guests/x86/";
  for (const std::string& name : session::guest_names({RINGSIDE_BUILD_DIR}))
    if (name.starts_with(folder + prefix)) names.push_back(name.substr(folder.size()));
  return names;
}

}  // namespace

TEST_CASE("x86 trap-emulate: with the holes cured every small guest is as on the bare machine") {
  unsigned guests = 0;
  for (const char* prefix : {"micro-", "hole-"})
    for (const auto& name : guests_called(prefix)) check_cured(name), ++guests;
  CHECK(guests > 20);
}

TEST_CASE("x86 trap-emulate: a micro-guest to which no hole lies is as on the bare machine") {
  unsigned honest = 0;
  for (const auto& name : guests_called("micro-")) {
    CAPTURE(name);
    const auto report = run(options_for(name, "trap-emulate")).report();
    CHECK(report.emulated < report.guest_instructions());
    if (!report.holes.empty()) continue;
    check_same(run(options_for(name, "bare")).report(), report);
    ++honest;
  }
  CHECK(honest >= 5);
}

TEST_CASE("x86 trap-emulate: a kernel that asks is deceived, and the report names the hole") {
  for (const auto& [guest, instruction] : {std::pair{"hole-pushf", "pushf"},
                                           {"hole-popf", "popf"},
                                           {"hole-sgdt", "sgdt"},
                                           {"hole-sidt", "sidt"},
                                           {"hole-str", "str"},
                                           {"hole-lar", "lar"},
                                           {"hole-push-seg", "push_segment"},
                                           {"hole-mov-seg", "mov_from_segment"},
                                           {"hole-call-far", "call_far"}}) {
    CAPTURE(guest);
    const auto session = run(options_for(guest, "trap-emulate"));
    const auto report = study::judged_report(session);
    CHECK(report.outcome == "failed");
    CHECK(report.exit_code == 1);
    const auto* hole = find(report, instruction);
    REQUIRE(hole != nullptr);
    CHECK(hole->cause);
    CHECK(hole->got != hole->bare_metal);
    CHECK_FALSE(hole->symbol.empty());
  }
}

TEST_CASE("x86 trap-emulate: INT n traps, so it is no hole here") {
  const auto report = run(options_for("hole-int-n", "trap-emulate")).report();
  CHECK(report.exit_code == 0);
  CHECK(find(report, "int") == nullptr);
}

TEST_CASE("x86 trap-emulate: a kernel that nobody fitted to it falls through a hole") {
  auto options = options_for("zos", "trap-emulate");
  options.append = "tick=3000 hello";
  const auto report = study::judged_report(run(options));
  CHECK(report.outcome == "failed");
  CHECK(std::ranges::any_of(report.holes, [](const auto& hole) { return hole.cause; }));
  check_cured("zos", "tick=3000 hello; forkwait 3; churn 1");
}
