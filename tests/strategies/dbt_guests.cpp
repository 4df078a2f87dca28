// Every guest under binary translation, on zisa with its holes and on zisa-v, against the bare machine:
// the same at every instant of virtual time.
#include <fmt/format.h>

#include <cstdlib>

#include "catch.hpp"
#include "loader/image.hpp"
#include "support/equivalence.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

struct Case {
  std::string name, append;
  u64 memory = 16u << 20;
  u64 ticks = 0;
};

void check_on(const char* isa, const Case& each, const session::Options& how_translated) {
  session::Options bare = how_translated;
  bare.guest = each.name;
  bare.isa = isa;
  bare.append = each.append;
  bare.virtual_time = true;
  bare.memory = each.memory;
  bare.max_instructions = 50'000'000;
  session::Options translated = bare;
  bare.strategy = "bare";
  translated.strategy = "dbt";
  auto a = open_guest(bare), b = open_guest(translated);
  EquivalenceOptions options;
  options.ticks = each.ticks;
  options.symbol = [&](u32 pc) { return a.image().symbols.name(pc); };
  const std::string how = compare_runs(a.machine(), b.machine(), options);
  INFO(each.name << " " << each.append << " on " << isa);
  INFO(how);
  CHECK(how.empty());
  CHECK(a.machine().clock().now() > 5);
  if (each.ticks == 0) CHECK(a.ended());
}

void check_guest(const Case& each, const session::Options& how_translated = {}) {
  for (const char* isa : {"zisa", "zisa-v"}) check_on(isa, each, how_translated);
}

bool full() {
  return std::getenv("RINGSIDE_FULL") != nullptr;
}

}  // namespace

TEST_CASE("micro-guests run the same under binary translation") {
  for (const auto* name :
       {"micro-syscall", "micro-cr-read", "micro-page-fault", "micro-pte-write",
        "micro-call-return", "micro-device-read", "micro-rdcyc", "micro-read-sr"})
    check_guest({name, "100"});
}

TEST_CASE("no guest of holes is deceived under binary translation") {
  for (const auto* name : {"hole-read-sr", "hole-write-sr", "hole-read-ptbr", "hole-probe"}) {
    check_guest({name, ""});
    auto session = open_guest(guest(name, "zisa", "dbt"));
    session.run();
    CHECK(session.report().exit_code == 0);
    CHECK(session.report().holes.empty());
  }
}

TEST_CASE("guests that end badly end the same way under binary translation") {
  for (const auto* name :
       {"bad-loop", "bad-jump-nowhere", "bad-wait-forever", "bad-vector", "bad-self-modify"})
    check_guest({name, ""});
  check_guest({"bad-loop-long", "", 16u << 20, 20'000});
}

TEST_CASE("zos runs the same under binary translation, whatever the shape of its page tables") {
  for (const int shape : {2, 3, 4, 5})
    check_guest({"zos", fmt::format("paging=z{} tick=3000 forkwait 3; hello", shape)});
  check_guest({"zos", "paging=z1 tick=3000 hello", 32u << 20});
}

TEST_CASE("zos runs the same under binary translation, whatever it does") {
  check_guest({"zos", "tick=1000 hello; echo a b; primes 100; syscalls 20"});
  check_guest({"zos", "tick=3000 churn 1; sleep 2; crash"});
  check_guest({"zos", "tick=1700 crowd 3; forkwait 2"});
  if (!full()) return;
  check_guest(
      {"zos", "paging=z4 tick=1000 forkwait 20; primes 1000; churn 3; crowd 8; crash; syscalls 200"});
  check_guest({"zos", "paging=z5 tick=1371 forkwait 20; churn 3; crowd 8; sleep 5"});
}

TEST_CASE("zos runs the same however it is translated") {
  const Case zos{"zos", "tick=1500 hello; forkwait 2; syscalls 10"};
  session::Options each;
  each.coalesce = false;
  each.adaptive = false;
  check_on("zisa", zos, each);
  session::Options small;
  small.translation_cache = 100;
  check_on("zisa", zos, small);
  session::Options user;
  user.translate_user = true;
  check_guest(zos, user);
}
