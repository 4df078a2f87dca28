// Hardware assistance on zisa-h, with nested and with shadow paging, against the bare machine: the same at every
// instant of virtual time.
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

void check_one(const std::string& name, const std::string& append, const std::string& paging,
               unsigned depth, u64 memory, u64 ticks) {
  session::Options bare = guest(name, "zisa-h", "bare", append);
  bare.virtual_time = true;
  bare.memory = memory;
  bare.max_instructions = 50'000'000;
  session::Options assisted = bare;
  assisted.strategy = "hvm";
  assisted.paging = paging;
  assisted.nested_depth = depth;
  auto a = open_guest(bare), b = open_guest(assisted);
  EquivalenceOptions options;
  options.ticks = ticks;
  options.symbol = [&](u32 pc) { return a.image().symbols.name(pc); };
  const std::string how = compare_runs(a.machine(), b.machine(), options);
  INFO(name << " " << append << " paging " << paging << " depth " << depth);
  INFO(how);
  CHECK(how.empty());
  CHECK(a.machine().clock().now() > 5);
  if (ticks == 0) CHECK(a.ended());
}

void check_guest(const std::string& name, const std::string& append, u64 memory = 16u << 20,
                 u64 ticks = 0) {
  check_one(name, append, "nested", 2, memory, ticks);
  check_one(name, append, "shadow", 2, memory, ticks);
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

TEST_CASE("micro-guests run the same under hvm") {
  for (const auto* name :
       {"micro-syscall", "micro-cr-read", "micro-page-fault", "micro-pte-write",
        "micro-call-return", "micro-device-read", "micro-rdcyc", "micro-read-sr"})
    check_guest(name, "100");
}

TEST_CASE("the holes of zisa-h tell the truth in non-root mode") {
  for (const auto* name : {"hole-read-sr", "hole-write-sr", "hole-read-ptbr", "hole-probe"})
    check_guest(name, "");
}

TEST_CASE("guests that end badly end the same way under hvm") {
  for (const auto* name :
       {"bad-loop", "bad-jump-nowhere", "bad-wait-forever", "bad-vector", "bad-self-modify"})
    check_guest(name, "");
  check_guest("bad-loop-long", "", 16u << 20, 20'000);
}

TEST_CASE("zos runs the same under hvm, whatever the shapes of tables") {
  for (const int shape : {2, 3, 4, 5})
    check_guest("zos", fmt::format("paging=z{} tick=3000 forkwait 3; hello", shape));
  check_guest("zos", "paging=z1 tick=3000 hello", 32u << 20);
  for (const unsigned depth : {1u, 3u, 4u, 5u})
    check_one("zos", "paging=z4 tick=3000 forkwait 2", "nested", depth, 16u << 20, 0);
}

TEST_CASE("zos runs the same under hvm, whatever it does") {
  check_guest("zos", "tick=1000 hello; echo a b; primes 100; syscalls 20");
  check_guest("zos", "tick=3000 churn 1; sleep 2; crash");
  check_guest("zos", "tick=1700 crowd 3; forkwait 2");
  if (!full()) return;
  check_guest(
      "zos", "paging=z4 tick=1000 forkwait 20; primes 1000; churn 3; crowd 8; crash; syscalls 200");
}

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
