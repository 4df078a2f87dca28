// Binary translation on x86: every guest, holes and all, is in virtual time the same as on the bare machine, since no
// sensitive instruction of its kernel reaches the hardware.
#include "x86_guests.hpp"

using namespace ringside;

namespace {

void check_translated(session::Options options) {
  CAPTURE(options.guest, options.append);
  session::Options bare = options;
  bare.strategy = "bare";
  options.strategy = "dbt";
  const auto report = run_x86(options).report();
  CHECK(report.holes.empty());
  CHECK(report.translated > 0);
  check_same(run_x86(bare).report(), report);
}

}  // namespace

TEST_CASE("x86 dbt: every small guest is as on the bare machine, where the holes are none") {
  unsigned guests = 0;
  for (const char* prefix : {"micro-", "hole-"})
    for (const auto& name : x86_guests_called(prefix)) check_translated(x86_options(name, "dbt")), ++guests;
  CHECK(guests > 20);
}

TEST_CASE("x86 dbt: a kernel that nobody fitted to it boots") {
  auto options = x86_options("zos", "dbt");
  options.append = "tick=3000 hello; forkwait 3; churn 1";
  check_translated(options);
}

// Some of its checks are of user code with IOPL 3 or interrupts off, which must not run directly.
TEST_CASE("x86 dbt: the checks of a kernel that uses what real ones use all pass") {
  const auto session = run_x86(x86_options("pctest", "dbt"));
  INFO(session.report().console);
  CHECK(session.report().outcome == "exited");
  CHECK(session.report().exit_code == 0);
}

TEST_CASE("x86 dbt: user code translated too, with a small cache, and without coalescing or adaptation") {
  auto options = x86_options("zos", "dbt");
  options.append = "tick=3000 hello; forkwait 2";
  SECTION("user code") { options.translate_user = true; }
  SECTION("a cache that is flushed all the time") { options.translation_cache = 64; }
  SECTION("each call-out by itself") { options.coalesce = false; }
  SECTION("accesses that keep trapping") { options.adaptive = false; }
  check_translated(options);
}

TEST_CASE("x86 dbt: both engines agree, to the cycle") {
  auto options = x86_options("zos", "dbt");
  options.append = "tick=20000 hello; forkwait 1";
  options.virtual_time = false;
  check_engines_agree(options);
}
