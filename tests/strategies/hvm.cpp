// Hardware assistance on zisa-h, with nested and with shadow paging, with random guests, in both engines and from
// snapshots. (Bundled guests: every_guest.cpp.)
#include <fmt/format.h>

#include <cstdlib>

#include "catch.hpp"
#include "loader/image.hpp"
#include "support/equivalence.hpp"
#include "support/lockstep.hpp"
#include "support/machines.hpp"
#include "support/random_program.hpp"
#include "vmm/snapshot.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

bool full() {
  return std::getenv("RINGSIDE_FULL") != nullptr;
}

void check_random(const Setup& assisted, u64 seed, u32 tick, u64 ticks) {
  Setup setup;
  setup.isa = "zisa-h";
  setup.virtual_time = true;
  const RandomOptions options{.seed = seed, .tick = tick};
  const auto bare = random_machine(setup, options);
  const auto other = random_machine(assisted, options);
  const std::string how = compare_runs(*bare, *other, {.ticks = ticks, .memory_every = 64});
  INFO("seed " << seed << " tick " << tick << " paging " << assisted.paging << " depth "
               << assisted.nested_depth);
  INFO(how);
  REQUIRE(how.empty());
}

Setup assisted(std::string paging, unsigned depth = 2, const cpu::HardwareAssist& assist = {}) {
  Setup setup;
  setup.isa = "zisa-h";
  setup.strategy = "hvm";
  setup.virtual_time = true;
  setup.paging = std::move(paging);
  setup.nested_depth = depth;
  setup.assist = assist;
  return setup;
}

}  // namespace

TEST_CASE("random guests are the same under hvm at every instant") {
  const u64 count = full() ? 1500 : 150;
  for (u64 seed = 20'000; seed < 20'000 + count; ++seed) {
    check_random(assisted("nested", 1 + seed % 5), seed, 700, 15'000);
    check_random(assisted("shadow"), seed, 700, 15'000);
  }
}

TEST_CASE("random guests that are interrupted all the time are the same under hvm") {
  const u64 count = full() ? 500 : 60;
  for (u64 seed = 30'000; seed < 30'000 + count; ++seed) {
    check_random(assisted("nested", 2, {seed % 2 == 0, 8, 4}), seed, 150, 15'000);
    check_random(assisted("shadow", 2, {seed % 2 == 0, 0, 0}), seed, 150, 15'000);
  }
}

// --- both engines, and going back ---

namespace {

struct Family {
  const char* paging;
  unsigned depth;
  cpu::HardwareAssist assist;
  bool virtual_time, wild;
  u32 tick;
};

void check_lockstep(const Family& family, u64 first_seed, u64 count, u64 steps) {
  for (u64 seed = first_seed; seed < first_seed + count; ++seed) {
    const Maker make = [&] {
      Setup setup = assisted(family.paging, family.depth, family.assist);
      setup.virtual_time = family.virtual_time;
      return std::shared_ptr<vmm::Machine>(
          random_machine(setup, {.seed = seed, .wild = family.wild, .tick = family.tick}));
    };
    const std::string how = lockstep(make, {.seed = seed, .steps = steps, .stride = 150});
    INFO(fmt::format("seed {} {} {} wild {}", seed, family.paging, family.depth, family.wild));
    INFO(how);
    REQUIRE(how.empty());
  }
}

}  // namespace

TEST_CASE("random guests run the same in both engines in non-root mode") {
  const u64 n = full() ? 5 : 1;
  check_lockstep({"nested", 2, {}, false, false, 60'000}, 41'000, 40 * n, 12'000);
  check_lockstep({"nested", 4, {false, 8, 4}, true, false, 100}, 42'000, 40 * n, 12'000);
  check_lockstep({"nested", 2, {}, false, true, 60'000}, 43'000, 60 * n, 8'000);
  check_lockstep({"shadow", 2, {}, false, false, 60'000}, 44'000, 30 * n, 12'000);
  check_lockstep({"shadow", 2, {false, 0, 0}, true, true, 100}, 45'000, 40 * n, 8'000);
}

TEST_CASE("from a snapshot a run under hvm goes on as before") {
  for (u64 seed = 0; seed < 24; ++seed) {
    INFO("seed " << seed);
    Setup setup = assisted(seed % 2 ? "nested" : "shadow", 2, {seed % 3 != 0, 8, 4});
    setup.virtual_time = seed % 4 > 1;
    const RandomOptions options{.seed = seed, .wild = seed % 3 == 0, .tick = seed % 4 > 1 ? 500u : 60'000u};
    const auto undisturbed = random_machine(setup, options);
    undisturbed->run({.steps = 9000});
    const auto m = random_machine(setup, options);
    vmm::Snapshots taker(*m);
    Dice dice(seed);
    std::vector<std::unique_ptr<vmm::Snapshot>> taken;
    for (u32 stop = 0; stop < 4; ++stop) {
      m->run({.steps = m->steps() + dice.between(1, 1500)});
      taken.push_back(taker.take());
    }
    for (u32 i = 0; i < 5; ++i) {
      taker.restore(*taken[dice.below(4)]);
      m->run({.steps = m->steps() + dice.below(600)});
      taker.restore(*taken[dice.below(4)]);
      m->only_step(dice.chance(30));
      m->run({.steps = 9000});
      m->only_step(false);
      REQUIRE(difference(*m, *undisturbed, true) == "");
    }
  }
}

// --- prices ---

namespace {

/// Cycles of one operation: the difference between the loop with it and the loop without, per iteration.
double cycles_each(const std::string& micro, const std::string& strategy, const std::string& paging) {
  const auto cycles = [&](const char* command_line) {
    session::Options options = guest(micro, "zisa-h", strategy, command_line);
    options.cost_model = "prescott-2005";
    options.paging = paging;
    auto session = open_guest(options);
    session.run();
    REQUIRE(session.report().outcome == "exited");
    return static_cast<double>(session.machine().cycles());
  };
  return (cycles("1000") - cycles("1000 empty")) / 1000;
}

}  // namespace

// Printed beside what was published (Adams and Agesen 2006, section 6.4), not fitted to it.
TEST_CASE("what the micro-guests cost under hvm on prescott-2005", "[prices]") {
  const struct {
    const char* micro;
    double published;  ///< with VT-x; 0 where nothing is
  } rows[] = {{"micro-syscall", 246}, {"micro-page-fault", 11242}, {"micro-pte-write", 12733},
              {"micro-call-return", 11}, {"micro-device-read", 15826}, {"micro-cr-read", 0},
              {"micro-rdcyc", 0}};
  for (const auto& row : rows) {
    const double bare = cycles_each(row.micro, "bare", "");
    const double shadow = cycles_each(row.micro, "hvm", "shadow");
    const double nested = cycles_each(row.micro, "hvm", "nested");
    WARN(fmt::format("{:18} bare {:8.0f}  hvm shadow {:8.0f}  published {:8.0f}  hvm nested {:8.0f}",
                     row.micro, bare, shadow, row.published, nested));
    CHECK(shadow >= bare);
    CHECK(nested >= bare);
  }
  // A system call does not leave the guest; a page fault does with shadow paging alone.
  CHECK(cycles_each("micro-syscall", "hvm", "shadow") < 1.1 * cycles_each("micro-syscall", "bare", ""));
  CHECK(cycles_each("micro-page-fault", "hvm", "nested") < 3 * cycles_each("micro-page-fault", "bare", ""));
}
