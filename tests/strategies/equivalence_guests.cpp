// Every guest under trap-and-emulate on zisa-v against the bare machine: the same at every instant
// of virtual time.
#include <fmt/format.h>

#include <cstdlib>

#include "catch.hpp"
#include "loader/image.hpp"
#include "support/equivalence.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

void check_guest(const std::string& name, const std::string& append, u64 memory = 16u << 20,
                 u64 ticks = 0) {
  session::Options bare = guest(name, "zisa-v", "bare", append);
  bare.virtual_time = true;
  bare.memory = memory;
  bare.max_instructions = 50'000'000;
  session::Options emulated = bare;
  emulated.strategy = "trap-emulate";
  auto a = open_guest(bare), b = open_guest(emulated);
  EquivalenceOptions options;
  options.ticks = ticks;
  options.symbol = [&](u32 pc) { return a.image().symbols.name(pc); };
  const std::string how = compare_runs(a.machine(), b.machine(), options);
  INFO(name << " " << append);
  INFO(how);
  CHECK(how.empty());
  CHECK(a.machine().clock().now() > 5);
  if (ticks == 0) CHECK(a.ended());
}

bool full() {
  return std::getenv("RINGSIDE_FULL") != nullptr;
}

}  // namespace

TEST_CASE("micro-guests run the same under trap-and-emulate") {
  for (const auto* name :
       {"micro-syscall", "micro-cr-read", "micro-page-fault", "micro-pte-write",
        "micro-call-return", "micro-device-read", "micro-rdcyc", "micro-read-sr"})
    check_guest(name, "100");
}

TEST_CASE("the guests of holes run the same on zisa-v, where there are none") {
  for (const auto* name : {"hole-read-sr", "hole-write-sr", "hole-read-ptbr", "hole-probe"})
    check_guest(name, "");
}

TEST_CASE("guests that end badly end the same way") {
  for (const auto* name :
       {"bad-loop", "bad-jump-nowhere", "bad-wait-forever", "bad-vector", "bad-self-modify"})
    check_guest(name, "");
  check_guest("bad-loop-long", "", 16u << 20, 20'000);
}

TEST_CASE("zos runs the same under trap-and-emulate, whatever the shape of its page tables") {
  for (const int shape : {2, 3, 4, 5})
    check_guest("zos", fmt::format("paging=z{} tick=3000 forkwait 3; hello", shape));
  check_guest("zos", "paging=z1 tick=3000 hello", 32u << 20);
}

TEST_CASE("zos runs the same under trap-and-emulate, whatever it does") {
  check_guest("zos", "tick=1000 hello; echo a b; primes 100; syscalls 20");
  check_guest("zos", "tick=3000 churn 1; sleep 2; crash");
  check_guest("zos", "tick=1700 crowd 3; forkwait 2");
  if (!full()) return;
  check_guest(
      "zos", "paging=z4 tick=1000 forkwait 20; primes 1000; churn 3; crowd 8; crash; syscalls 200");
  check_guest("zos", "paging=z5 tick=1371 forkwait 20; churn 3; crowd 8; sleep 5");
}
