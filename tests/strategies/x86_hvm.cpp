// Hardware assistance on x86: the bundled guests are, in virtual time, the same under hvm as on the bare machine.
#include "catch.hpp"
#include "session/catalogue.hpp"
#include "session/session.hpp"
#include "vmm/x86/arch.hpp"
#include "vmm/snapshot.hpp"

using namespace ringside;

namespace {

session::Options options_for(const std::string& guest, const std::string& strategy) {
  session::Options options;
  options.guest = guest;
  options.strategy = strategy;
  options.virtual_time = true;
  options.max_instructions = 400'000'000;
  options.folders = {RINGSIDE_BUILD_DIR};
  return options;
}

session::Report report_of(const session::Options& options) {
  auto opened = session::Session::open(options);
  REQUIRE(opened.has_value());
  opened->run();
  return opened->report();
}

void check_same(const session::Report& bare, const session::Report& hvm) {
  CHECK(hvm.outcome == bare.outcome);
  CHECK(hvm.reason == bare.reason);
  CHECK(hvm.exit_code == bare.exit_code);
  CHECK(hvm.console == bare.console);
  CHECK(hvm.guest_instructions() == bare.guest_instructions());
  CHECK(hvm.state_hash == bare.state_hash);
}

u64 exits(const session::Report& report, std::string_view reason) {
  u64 count = 0;
  for (const auto& each : report.exits)
    if (each.reason.starts_with(reason)) count += each.count;
  return count;
}

}  // namespace

TEST_CASE("x86 hvm: every small guest ends as on the bare machine") {
  unsigned guests = 0;
  for (const std::string& name : session::guest_names({RINGSIDE_BUILD_DIR})) {
    if (!name.starts_with("guests/x86/micro") && !name.starts_with("guests/x86/hole")) continue;
    CAPTURE(name);
    check_same(report_of(options_for(name, "bare")), report_of(options_for(name, "hvm")));
    ++guests;
  }
  CHECK(guests > 20);
}

TEST_CASE("x86 hvm: pctest passes, and its devices are emulated") {
  const auto bare = report_of(options_for("guests/x86/pctest", "bare"));
  const auto hvm = report_of(options_for("guests/x86/pctest", "hvm"));
  check_same(bare, hvm);
  CHECK(hvm.exit_code == 0);
  CHECK(hvm.paging == "nested");
  CHECK(exits(hvm, "PORT_IO") > 100);
  CHECK(exits(hvm, "NESTED_FAULT device") > 10);
  CHECK(exits(hvm, "HALT") > 0);
  CHECK(hvm.emulated < hvm.direct);
}

TEST_CASE("x86 hvm: a kernel that nobody fitted to it") {
  auto bare = options_for("guests/x86/zos", "bare"), hvm = options_for("guests/x86/zos", "hvm");
  bare.append = hvm.append = "tick=3000 hello; forkwait 3; primes 100; churn 1";
  const auto expected = report_of(bare);
  check_same(expected, report_of(hvm));
  CHECK(expected.console.size() > 10);
  hvm.vm_identifiers = false;
  check_same(expected, report_of(hvm));
  hvm.vm_identifiers = true, hvm.walk_cache = 16, hvm.nested_tlb = 16;
  const auto cached = report_of(hvm);
  check_same(expected, cached);
  CHECK(cached.walk_cache_hits > 0);
}

TEST_CASE("x86 hvm: both engines agree, in cycles too") {
  for (const bool virtual_time : {true, false}) {
    auto options = options_for("guests/x86/pctest", "hvm");
    options.virtual_time = virtual_time;
    auto fast = session::Session::open(options), stepped = session::Session::open(options);
    REQUIRE(fast.has_value());
    REQUIRE(stepped.has_value());
    fast->run();
    while (stepped->pc().step()) continue;
    const auto a = fast->report(), b = stepped->report();
    check_same(a, b);
    CHECK(a.cycles == b.cycles);
    CHECK(a.trace_hash == b.trace_hash);
    CHECK(a.tlb_misses == b.tlb_misses);
    CHECK(a.emulated == b.emulated);
  }
}

TEST_CASE("x86 hvm: a snapshot holds all that changes") {
  auto options = options_for("guests/x86/pctest", "hvm");
  auto opened = session::Session::open(options);
  REQUIRE(opened.has_value());
  x86::Machine& machine = opened->pc();
  vmm::Snapshots snapshots(machine);
  machine.run({.steps = 40'000});
  const auto snapshot = snapshots.take();
  const auto end = [&] {
    machine.run({});
    return std::pair(machine.state_hash(), machine.cycles());
  };
  const auto first = end();
  snapshots.restore(*snapshot);
  CHECK(end() == first);
}

TEST_CASE("x86 hvm: two guests on one machine compute what each computes alone") {
  auto options = options_for("guests/x86/zos", "hvm");
  options.append = "tick=3000 hello; primes 100";
  options.memory = 64u << 20;
  const auto alone = report_of(options);
  auto other = options;
  other.append = "tick=2000 forkwait 2";
  const auto other_alone = report_of(other);
  options.neighbours.push_back({.guest = other.guest, .append = other.append});
  auto opened = session::Session::open(options);
  REQUIRE(opened.has_value());
  opened->run();
  check_same(alone, opened->report(0));
  check_same(other_alone, opened->report(1));
  CHECK(opened->machine_report().world_switches > 0);
}

TEST_CASE("x86 hvm: shadow paging is refused in one line") {
  auto options = options_for("guests/x86/pctest", "hvm");
  options.paging = "shadow";
  const auto opened = session::Session::open(options);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().text().find("--paging shadow") != std::string::npos);
}

TEST_CASE("x86: several guests do not share the bare machine") {
  auto options = options_for("guests/x86/zos", "bare");
  options.neighbours.push_back({.guest = options.guest, .append = ""});
  const auto opened = session::Session::open(options);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().text().find("--strategy bare") != std::string::npos);
}
