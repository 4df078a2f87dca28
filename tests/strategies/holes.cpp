// The guests of holes on zisa: nobody is deceived on the bare machine; de-privileged, each is
// deceived through its own hole, and the event log knows.
#include "catch.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

session::Report run(const char* name, const char* isa, const char* strategy,
                    std::vector<std::string> cured = {}) {
  session::Options options = guest(name, isa, strategy);
  options.max_instructions = 50'000'000;
  options.cured = std::move(cured);
  auto session = open_guest(options);
  session.run();
  return session.report();
}

struct HoleGuest {
  const char *name, *instruction;
};
constexpr HoleGuest kGuests[] = {{"hole-read-sr", "read_sr"},
                                 {"hole-write-sr", "write_sr"},
                                 {"hole-read-ptbr", "read_ptbr"},
                                 {"hole-probe", "probe"}};

const session::HoleReport* find(const session::Report& report, const std::string& instruction) {
  for (const auto& hole : report.holes)
    if (hole.instruction == instruction) return &hole;
  return nullptr;
}

}  // namespace

TEST_CASE("on the bare machine and on zisa-v nobody is deceived") {
  for (const auto& each : kGuests)
    for (const auto& [isa, strategy] :
         {std::pair{"zisa", "bare"}, {"zisa-v", "bare"}, {"zisa-v", "trap-emulate"}}) {
      INFO(each.name << " on " << isa << " under " << strategy);
      const auto report = run(each.name, isa, strategy);
      CHECK(report.outcome == "exited");
      CHECK(report.exit_code == 0);
      CHECK(report.holes.empty());
    }
}

TEST_CASE("de-privileged on zisa each is deceived, through its hole") {
  for (const auto& each : kGuests) {
    INFO(each.name);
    const auto report = run(each.name, "zisa", "trap-emulate");
    CHECK(report.outcome == "exited");
    CHECK(report.exit_code == 1);
    const auto* hole = find(report, each.instruction);
    REQUIRE(hole != nullptr);
    CHECK(hole->count > 0);
    CHECK(hole->got != hole->bare_metal);
    CHECK_FALSE(hole->symbol.empty());
    CHECK(report.console != run(each.name, "zisa", "bare").console);
  }
}

TEST_CASE("with all holes cured the guests see the bare machine") {
  for (const auto& each : kGuests) {
    INFO(each.name);
    const auto report =
        run(each.name, "zisa", "trap-emulate", {"read_sr", "write_sr", "read_ptbr", "probe"});
    CHECK(report.outcome == "exited");
    CHECK(report.exit_code == 0);
    CHECK(report.holes.empty());
    CHECK(report.console == run(each.name, "zisa", "bare").console);
  }
}

TEST_CASE("zos on zisa runs bare, and is deceived de-privileged") {
  for (const bool deceived : {false, true}) {
    auto session = open_guest(guest("zos", "zisa", deceived ? "trap-emulate" : "bare", "hello"));
    session.run();
    CHECK(session.report().holes.empty() != deceived);
    CHECK((session.report().exit_code != 0 || session.report().outcome == "failed") == deceived);
  }
}
