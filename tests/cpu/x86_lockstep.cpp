// The fast engine of x86 never differs from the stepping engine: random programs, stopped at
// random.
#include <cstdlib>

#include "x86_lockstep.hpp"

using namespace ringside;
using namespace ringside::test::x86;

namespace {

u64 programs(u64 few) {
  return std::getenv("RINGSIDE_FULL") ? few * 10 : few;
}

// Runs one program on both; gives where they part.
std::string lockstep(const Wild& wild, u64 steps, u64& by_fast) {
  RandomMachine exact(wild);
  FastRun fast(wild);
  test::Dice dice(wild.seed + 77);
  for (u64 at = 0; at < steps && !exact.halted;) {
    const u64 stride = 1 + dice.below(200);
    for (u64 i = 0; i < stride && !exact.halted; ++i) exact.step();
    fast.advance(stride);
    at += stride;
    const std::string how =
        difference(exact, fast.machine, at % 8 == 0 || at >= steps || exact.halted);
    if (!how.empty()) return fmt::format("within {} steps before {}: {}", stride, at, how);
  }
  by_fast += fast.by_fast;
  return "";
}

void check(Wild wild, u64 count, u64 steps) {
  u64 by_fast = 0;
  for (u64 i = 0; i < count; ++i, ++wild.seed) {
    const std::string how = lockstep(wild, steps, by_fast);
    INFO(fmt::format("seed {}, paging {}, ring {}, tick {}", wild.seed, wild.paging, wild.ring,
                     wild.tick));
    INFO(how);
    REQUIRE(how.empty());
  }
  // It would prove little if the stepping engine did it all.
  CHECK(by_fast > count * steps / 20);
}

}  // namespace

TEST_CASE("random x86 programs run the same in both engines") {
  check({.seed = 1}, programs(60), 8000);
  check({.seed = 1000, .tick = 90}, programs(60), 8000);
}

TEST_CASE("random x86 programs with paging run the same in both engines") {
  check({.seed = 2000, .paging = true, .tick = 400}, programs(60), 8000);
  check({.seed = 3000, .paging = true, .ring = 3, .tick = 150}, programs(80), 8000);
}

TEST_CASE("random x86 programs run the same in both engines in virtual time") {
  check({.seed = 4000, .paging = true, .ring = 3, .virtual_time = true}, programs(30), 8000);
}
