// Every bundled guest that is not ported, under every strategy that is to be equivalent on its variant: held to the
// three properties, the bare machine beside it at every instant of virtual time. (Ported guests: paravirt_guests.cpp.)
#include <fmt/format.h>

#include <cstdlib>

#include "catch.hpp"
#include "session/catalogue.hpp"
#include "study/check.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;
using session::Options;

namespace {

bool full() {
  return std::getenv("RINGSIDE_FULL") != nullptr;
}

/// Options of a strategy on a variant.
Options way(const char* strategy, const char* isa, const char* paging = "") {
  Options options;
  options.strategy = strategy;
  options.isa = isa;
  options.paging = paging;
  return options;
}

session::Examination examined(Options options, const std::string& name, const std::string& append, u64 ticks) {
  options.guest = "guests/zisa/" + name;
  options.append = append;
  options.folders = {RINGSIDE_BUILD_DIR};
  options.max_instructions = ticks;
  const auto found = study::check(options);
  REQUIRE(found.has_value());
  return *found;
}

void check_held(const Options& options, const std::string& name, const std::string& append, u64 ticks = 0) {
  const auto found = examined(options, name, append, ticks);
  INFO(name << " '" << append << "' under " << options.strategy << " on " << options.isa << " " << options.paging
            << options.nested_depth);
  if (found.divergence) UNSCOPED_INFO(text_of(*found.divergence, "bare", options.strategy));
  if (found.breach) UNSCOPED_INFO(found.breach->what);
  CHECK(found.held());
  CHECK_FALSE(found.stale);
  CHECK(found.ticks > 5);
  if (ticks == 0) CHECK(found.ended);
}

bool starts(const std::string& name, std::string_view with) {
  return name.starts_with("guests/zisa/" + std::string(with));
}

// Found in the build folder, so that a new guest is held without being named here.
void check_small_guests(const Options& options) {
  u32 guests = 0;
  for (const std::string& path : session::guest_names({RINGSIDE_BUILD_DIR})) {
    const std::string name = path.substr(path.rfind('/') + 1);
    if (name.ends_with("-pv")) continue;
    const bool micro = starts(path, "micro-");
    if (!micro && !starts(path, "hole-") && !starts(path, "bad-")) continue;
    // The noise in these tables makes translations stale, which is its own fault; and this one works for ever.
    if (name == "bad-wild-tables") continue;
    check_held(options, name, micro ? "20" : "", name == "bad-loop-long" ? 20'000 : 0);
    ++guests;
  }
  CHECK(guests >= 20);
}

void check_zos(const Options& options) {
  for (const int shape : {2, 3, 4, 5})
    check_held(options, "zos", fmt::format("paging=z{} tick=3000 forkwait 3; hello", shape));
  Options large = options;
  large.memory = 32u << 20;
  check_held(large, "zos", "paging=z1 tick=3000 hello");
  check_held(options, "zos", "tick=1000 hello; echo a b; primes 100; syscalls 20");
  check_held(options, "zos", "tick=3000 churn 1; sleep 2; crash");
  check_held(options, "zos", "tick=1700 crowd 3; forkwait 2");
  if (!full()) return;
  check_held(options, "zos", "paging=z4 tick=1000 forkwait 20; primes 1000; churn 3; crowd 8; crash; syscalls 200");
  check_held(options, "zos", "paging=z5 tick=1371 forkwait 20; churn 3; crowd 8; sleep 5");
}

void check_all(const Options& options) {
  check_small_guests(options);
  check_zos(options);
}

}  // namespace

TEST_CASE("trap-and-emulate holds with every guest on zisa-v") {
  check_all(way("trap-emulate", "zisa-v"));
}
TEST_CASE("binary translation holds with every guest on zisa") {
  check_all(way("dbt", "zisa"));
}
TEST_CASE("binary translation holds with every guest on zisa-v") {
  check_all(way("dbt", "zisa-v"));
}
TEST_CASE("binary translation of user code too holds with every guest, red pills included") {
  Options options = way("dbt", "zisa");
  options.translate_user = true;
  check_all(options);
  check_held(options, "redpill", "");
}
TEST_CASE("binary translation holds however it is done") {
  Options plain = way("dbt", "zisa"), small = plain;
  plain.coalesce = plain.adaptive = false;
  small.translation_cache = 100;
  for (const Options& options : {plain, small}) check_held(options, "zos", "tick=1500 hello; forkwait 2; syscalls 10");
}
TEST_CASE("hardware assistance with nested paging holds with every guest") {
  check_all(way("hvm", "zisa-h", "nested"));
  check_held(way("hvm", "zisa-h", "nested"), "redpill", "");
}
TEST_CASE("hardware assistance with shadow paging holds with every guest") {
  check_all(way("hvm", "zisa-h", "shadow"));
  check_held(way("hvm", "zisa-h", "shadow"), "redpill", "");
}
TEST_CASE("nested paging holds whatever its depth and its caches") {
  for (const unsigned depth : {1u, 3u, 4u, 5u}) {
    Options options = way("hvm", "zisa-h", "nested");
    options.nested_depth = depth;
    options.walk_cache = options.nested_tlb = 4 * (depth % 2);
    options.vm_identifiers = depth != 3;
    check_held(options, "zos", "paging=z4 tick=3000 forkwait 2");
  }
}

// Directly run user code sees the VMM where READ_SR and its like do not trap: that is a finding.
TEST_CASE("a red pill does not hold where user code runs directly") {
  const auto found = examined(way("dbt", "zisa"), "redpill", "", 0);
  CHECK_FALSE(found.equivalent());
  CHECK(found.resource_control());
}
