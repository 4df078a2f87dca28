// Random guests, which invalidate what they change, under trap-and-emulate against the bare
// machine.
#include <cstdlib>

#include "catch.hpp"
#include "support/equivalence.hpp"
#include "support/random_program.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

void check_random(u64 seed, u32 tick, u64 ticks) {
  Setup setup;
  setup.virtual_time = true;
  const RandomOptions options{.seed = seed, .tick = tick};
  const auto bare = random_machine(setup, options);
  setup.strategy = "trap-emulate";
  const auto emulated = random_machine(setup, options);
  const std::string how = compare_runs(*bare, *emulated, {.ticks = ticks, .memory_every = 64});
  INFO("seed " << seed << " tick " << tick);
  INFO(how);
  REQUIRE(how.empty());
}

}  // namespace

TEST_CASE("random guests are the same under trap-and-emulate at every instant") {
  const u64 count = std::getenv("RINGSIDE_FULL") ? 2500 : 400;
  for (u64 seed = 0; seed < count; ++seed) check_random(seed, 700, 15'000);
}

TEST_CASE("random guests that are interrupted all the time are the same under trap-and-emulate") {
  const u64 count = std::getenv("RINGSIDE_FULL") ? 1000 : 150;
  for (u64 seed = 0; seed < count; ++seed) check_random(10'000 + seed, 150, 15'000);
}
