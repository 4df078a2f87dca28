// The fast engine against the stepping engine on all guests that the build made.
#include <cstdlib>

#include "catch.hpp"
#include "support/lockstep.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

struct Case {
  const char *name, *append;
  u64 steps = 0;
};

void check(const Case& each, const char* isa, const char* strategy, bool virtual_time) {
  session::Options options = guest(each.name, isa, strategy, each.append);
  options.virtual_time = virtual_time;
  options.input = "hello\nexit\n";
  const Maker make = [&] {
    auto session = std::make_shared<session::Session>(open_guest(options));
    return std::shared_ptr<vmm::Machine>(session, &session->machine());
  };
  // Few stops: the engines are to run as they do without.
  const std::string how =
      lockstep(make, {.seed = 1, .steps = each.steps, .stride = 40'000, .memory_every = 10});
  INFO(each.name << " " << each.append << " on " << isa << " under " << strategy
                 << (virtual_time ? ", virtual time" : ""));
  INFO(how);
  CHECK(how.empty());
}

void check_everywhere(const Case& each) {
  for (const bool virtual_time : {false, true})
    for (const auto& [isa, strategy] : {std::pair{"zisa", "bare"},
                                        {"zisa-v", "bare"},
                                        {"zisa", "trap-emulate"},
                                        {"zisa-v", "trap-emulate"}})
      check(each, isa, strategy, virtual_time);
}

bool full() {
  return std::getenv("RINGSIDE_FULL") != nullptr;
}

}  // namespace

TEST_CASE("micro-guests run the same in both engines") {
  for (const auto* name :
       {"micro-syscall", "micro-cr-read", "micro-page-fault", "micro-pte-write",
        "micro-call-return", "micro-device-read", "micro-rdcyc", "micro-read-sr"})
    check_everywhere({name, "200", 200'000});
}

TEST_CASE("guests of holes run the same in both engines") {
  for (const auto* name : {"hole-read-sr", "hole-write-sr", "hole-read-ptbr", "hole-probe"})
    check_everywhere({name, "", 200'000});
}

TEST_CASE("guests that end badly run the same in both engines") {
  for (const auto* name : {"bad-loop", "bad-loop-long", "bad-jump-nowhere", "bad-wait-forever",
                           "bad-vector", "bad-self-modify", "bad-wild-tables"})
    check_everywhere({name, "", 300'000});
}

TEST_CASE("zos runs the same in both engines on the bare machine") {
  check({"zos", "tick=1000 forkwait 5; primes 300; churn 1"}, "zisa", "bare", false);
  check({"zos", "tick=3000 paging=z4 forkwait 5; crash; syscalls 50"}, "zisa-v", "bare", false);
  check({"zos", "tick=1000 paging=z5 crowd 3; sleep 2"}, "zisa-v", "bare", true);
  check({"zos", "tick=3000"}, "zisa-v", "bare", false);  // the shell, from piped input
}

TEST_CASE("zos runs the same in both engines under trap-and-emulate") {
  check({"zos", "tick=200000 forkwait 3; primes 300"}, "zisa-v", "trap-emulate", false);
  check({"zos", "tick=3000 paging=z3 forkwait 3; churn 1"}, "zisa-v", "trap-emulate", true);
  check({"zos", "hello", 2'000'000}, "zisa", "trap-emulate", false);
  if (!full()) return;
  check({"zos", "tick=200000 paging=z4 forkwait 50; primes 3000; churn 5; crowd 8; crash"},
        "zisa-v", "trap-emulate", false);
  check({"zos", "tick=1000 paging=z5 forkwait 50; churn 5; crowd 8; crash"}, "zisa-v",
        "trap-emulate", true);
}
