// Random guests under binary translation against the bare machine: they change modes and page tables, are
// interrupted all the time and rewrite their own code.
#include <cstdlib>

#include "catch.hpp"
#include "strategies/dbt/dbt.hpp"
#include "support/equivalence.hpp"
#include "support/random_program.hpp"

using namespace ringside;
using namespace ringside::test;
using strategies::Dbt;
using strategies::DbtOptions;

namespace {

void check_random(const DbtOptions& how_translated, const char* isa, const RandomOptions& options,
                  u64 ticks) {
  Setup setup;
  setup.isa = isa;
  setup.virtual_time = true;
  const auto bare = random_machine(setup, options);
  setup.vmm = std::make_shared<Dbt>(how_translated);
  const auto translated = random_machine(setup, options);
  const std::string how = compare_runs(*bare, *translated, {.ticks = ticks, .memory_every = 64});
  INFO("seed " << options.seed << " tick " << options.tick << " on " << isa);
  INFO(how);
  REQUIRE(how.empty());
}

u64 count(u64 often, u64 full) { return std::getenv("RINGSIDE_FULL") ? full : often; }

}  // namespace

// User code of random guests has sensitive instructions, so where these are holes it is translated too.
TEST_CASE("random guests are the same under binary translation at every instant") {
  for (u64 seed = 0; seed < count(250, 1500); ++seed) {
    check_random({}, "zisa-v", {.seed = seed, .tick = 700}, 15'000);
    check_random({.translate_user = true}, "zisa", {.seed = seed, .tick = 700}, 15'000);
  }
}

TEST_CASE("random guests that are interrupted all the time are the same under binary translation") {
  for (u64 seed = 0; seed < count(100, 600); ++seed) {
    check_random({}, "zisa-v", {.seed = 10'000 + seed, .tick = 150}, 15'000);
    check_random({.translate_user = true}, "zisa", {.seed = 20'000 + seed, .tick = 150}, 15'000);
  }
}

TEST_CASE("random guests are the same in a translation cache that is flushed all the time") {
  for (u64 seed = 0; seed < count(60, 300); ++seed)
    check_random({.translate_user = true, .coalesce = seed % 2 == 0, .cache = 64}, "zisa",
                 {.seed = 30'000 + seed, .tick = 400}, 8'000);
}
