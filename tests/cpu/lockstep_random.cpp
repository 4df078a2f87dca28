// The fast engine never differs from the stepping engine: random guests, stopped at random.
#include <fmt/format.h>

#include <cstdlib>
#include <map>

#include "catch.hpp"
#include "support/lockstep.hpp"
#include "support/random_program.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

u64 programs(u64 few) {
  return std::getenv("RINGSIDE_FULL") ? few * 5 : few;
}

struct Family {
  const char *isa, *strategy;
  bool virtual_time, wild;
  u32 tick;
};

void check_family(const Family& family, u64 first_seed, u64 count, u64 steps) {
  for (u64 seed = first_seed; seed < first_seed + count; ++seed) {
    const Maker make = [&] {
      Setup setup;
      setup.isa = family.isa;
      setup.strategy = family.strategy;
      setup.virtual_time = family.virtual_time;
      return std::shared_ptr<vmm::Machine>(
          random_machine(setup, {.seed = seed, .wild = family.wild, .tick = family.tick}));
    };
    const std::string how = lockstep(make, {.seed = seed, .steps = steps, .stride = 150});
    INFO(fmt::format("seed {} on {} under {}, wild {}", seed, family.isa, family.strategy,
                     family.wild));
    INFO(how);
    REQUIRE(how.empty());
  }
}

}  // namespace

// Ticks of some hundred cycles end in the middle of blocks.
TEST_CASE("random guests run the same in both engines on the bare machine") {
  check_family({"zisa-v", "bare", false, false, 700}, 1000, programs(200), 12'000);
  check_family({"zisa", "bare", false, false, 37}, 2000, programs(60), 12'000);
}

TEST_CASE("random guests run the same in both engines in virtual time") {
  check_family({"zisa-v", "bare", true, false, 100}, 3000, programs(90), 12'000);
}

TEST_CASE("random guests that misuse the machine run the same in both engines") {
  check_family({"zisa-v", "bare", false, true, 300}, 4000, programs(250), 8'000);
  check_family({"zisa", "bare", true, true, 50}, 5000, programs(120), 8'000);
}

TEST_CASE("random guests run the same in both engines under trap-and-emulate") {
  check_family({"zisa-v", "trap-emulate", false, false, 60'000}, 6000, programs(60), 12'000);
  check_family({"zisa-v", "trap-emulate", true, false, 100}, 7000, programs(60), 12'000);
  check_family({"zisa", "trap-emulate", false, true, 60'000}, 8000, programs(90), 8'000);
}

// What random code does must be worth comparing: all kinds of traps, both modes, paging on and off.
TEST_CASE("random guests do a bit of everything") {
  std::map<u32, u64> causes;
  u64 paging = 0, user = 0, misses = 0, steps = 0;
  for (u64 seed = 1000; seed < 1060; ++seed) {
    Setup setup;
    const auto machine = random_machine(setup, {.seed = seed, .tick = 700});
    machine->only_step(true);
    machine->log().keep(true);
    while (machine->steps() < 12'000 && machine->step()) {
      paging += machine->cpu().state.paging();
      user += !machine->cpu().state.supervisor();
      ++steps;
    }
    for (const auto& event : machine->log().events())
      if (event.kind == vmm::EventKind::kTrap) ++causes[event.a];
    misses += machine->cpu().mmu().tlb.counts.misses;
  }
  std::string seen = fmt::format("of {} steps {} with paging, {} in user mode, {} misses;", steps,
                                 paging, user, misses);
  for (const auto& [cause, n] : causes) seen += fmt::format(" {:#x}: {}", cause, n);
  INFO(seen);
  CHECK(paging > steps / 5);
  CHECK(paging < steps * 9 / 10);
  CHECK(user > steps / 20);
  CHECK(misses > 500);
  for (const u32 cause : {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u, 12u, 13u, 15u, 24u, 25u,
                          0x80000001u, 0x80000005u, 0x80000009u})
    CHECK(causes[cause] > 0);
}
