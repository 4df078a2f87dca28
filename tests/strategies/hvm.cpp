// Hardware assistance on zisa-h, with nested and with shadow paging, against the bare machine: the same at every
// instant of virtual time.
#include <fmt/format.h>

#include <cstdlib>

#include "catch.hpp"
#include "loader/image.hpp"
#include "support/equivalence.hpp"
#include "support/machines.hpp"
#include "support/random_program.hpp"

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
