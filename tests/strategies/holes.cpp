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
  u64 lies;          ///< of its own hole
  u64 deceived;      ///< lines of the console that say so
  u32 bare_metal;    ///< what the first lie hid
  const char* line;  ///< one of those lines
};
// READ_SR shows what the VMM runs the guest in: IE, PIE and PG set, MODE clear.
constexpr HoleGuest kGuests[] = {
    {"hole-read-sr", "read_sr", 3, 3, 0x1,
     "in a trap handler: I set 0x00000005, READ_SR says 0x0000001a: deceived"},
    {"hole-write-sr", "write_sr", 3, 2, 0x3,
     "the cause of an ECALL once MODE is U: I set 0x00000008, the trap says 0x00000009: deceived"},
    {"hole-read-ptbr", "read_ptbr", 1, 1, 0x40080006, "READ_PTBR says 0x40080000: deceived"},
    {"hole-probe", "probe", 5, 5, 0x7,
     "a user page: I set 0x00000003, PROBE says 0x00000000: deceived"}};

u64 occurrences(const std::string& text, const std::string& of) {
  u64 n = 0;
  for (auto at = text.find(of); at != std::string::npos; at = text.find(of, at + 1)) ++n;
  return n;
}

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
    CHECK(hole->count == each.lies);
    CHECK(hole->bare_metal == each.bare_metal);
    CHECK(hole->got != hole->bare_metal);
    CHECK_FALSE(hole->symbol.empty());
    INFO(report.console);
    CHECK(occurrences(report.console, ": deceived") == each.deceived);
    CHECK(occurrences(report.console, each.line) == 1);
    CHECK(occurrences(run(each.name, "zisa", "bare").console, "deceived") == 0);
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
