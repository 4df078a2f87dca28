// Translated code in both engines, from snapshots, over hostile guests, and what it is charged.
#include <fmt/format.h>

#include <cstdlib>

#include "catch.hpp"
#include "strategies/dbt/dbt.hpp"
#include "support/lockstep.hpp"
#include "support/random_program.hpp"
#include "support/shadow_audit.hpp"
#include "vmm/snapshot.hpp"

using namespace ringside;
using namespace ringside::test;
using strategies::Dbt;
using strategies::DbtOptions;

namespace {

u64 count(u64 few) { return std::getenv("RINGSIDE_FULL") ? few * 5 : few; }

struct Family {
  const char* isa;
  DbtOptions how_translated;
  bool virtual_time, wild;
  u32 tick;
};

std::shared_ptr<vmm::Machine> make_random(const Family& family, u64 seed) {
  Setup setup;
  setup.isa = family.isa;
  setup.virtual_time = family.virtual_time;
  setup.vmm = std::make_shared<Dbt>(family.how_translated);
  return random_machine(setup, {.seed = seed, .wild = family.wild, .tick = family.tick});
}

void check_family(const Family& family, u64 first, u64 how_many, u64 steps) {
  for (u64 seed = first; seed < first + how_many; ++seed) {
    const std::string how = lockstep([&] { return make_random(family, seed); },
                                     {.seed = seed, .steps = steps, .stride = 150});
    INFO("seed " << seed << " on " << family.isa << ", wild " << family.wild);
    INFO(how);
    REQUIRE(how.empty());
  }
}

void check_guest(const char* name, const char* append, session::Options options, u64 steps = 0) {
  options.guest = name;
  options.append = append;
  options.strategy = "dbt";
  options.input = "hello\nexit\n";
  const Maker make = [&] {
    auto session = std::make_shared<session::Session>(open_guest(options));
    return std::shared_ptr<vmm::Machine>(session, &session->machine());
  };
  const std::string how =
      lockstep(make, {.seed = 1, .steps = steps, .stride = 40'000, .memory_every = 10});
  INFO(name << " " << append << " on " << options.isa);
  INFO(how);
  CHECK(how.empty());
}

session::Options on(const char* isa, bool virtual_time = false) {
  session::Options options;
  options.isa = isa;
  options.virtual_time = virtual_time;
  return options;
}

}  // namespace

TEST_CASE("random guests run the same in both engines under binary translation") {
  check_family({"zisa-v", {}, false, false, 60'000}, 40'000, count(60), 12'000);
  check_family({"zisa", {}, true, false, 100}, 41'000, count(60), 12'000);
  check_family({"zisa", {.translate_user = true}, true, false, 300}, 42'000, count(40), 12'000);
  check_family({"zisa", {.translate_user = true, .cache = 64}, false, true, 60'000}, 43'000,
               count(60), 8'000);
}

TEST_CASE("guests run the same in both engines under binary translation") {
  for (const auto* name : {"micro-syscall", "micro-page-fault", "micro-pte-write",
                           "micro-device-read", "micro-rdcyc", "hole-probe", "bad-self-modify",
                           "bad-wild-tables", "bad-vector", "redpill"})
    for (const bool virtual_time : {false, true})
      check_guest(name, "200", on("zisa", virtual_time), 200'000);
  check_guest("zos", "tick=200000 forkwait 3; primes 300", on("zisa"));
  check_guest("zos", "tick=3000 paging=z3 forkwait 3; churn 1", on("zisa-v", true));
  auto user = on("zisa", true);
  user.translate_user = true;
  check_guest("zos", "tick=2000 paging=z4 forkwait 2; crash; primes 200", user);
}

TEST_CASE("from a snapshot a translated run goes on as before") {
  for (u64 seed = 0; seed < 20; ++seed) {
    INFO("seed " << seed);
    Dice dice(seed);
    const Family family{"zisa", {.translate_user = seed % 2 == 0, .cache = seed % 3 ? 64u : 32768u},
                        seed % 4 > 1, seed % 5 == 0, seed % 4 > 1 ? 300u : 60'000u};
    const auto undisturbed = make_random(family, seed);
    undisturbed->run({.steps = 9000});
    const auto m = make_random(family, seed);
    vmm::Snapshots taker(*m);
    std::vector<std::unique_ptr<vmm::Snapshot>> taken;
    for (u32 stop = 0; stop < 5; ++stop) {
      m->run({.steps = m->steps() + dice.between(1, 1500)});
      taken.push_back(taker.take());
    }
    for (u32 i = 0; i < 6; ++i) {
      taker.restore(*taken[dice.below(5)]);
      m->run({.steps = m->steps() + dice.below(600)});
      taker.restore(*taken[dice.below(5)]);
      m->only_step(dice.chance(30));
      m->run({.steps = 9000});
      m->only_step(false);
      REQUIRE(difference(*m, *undisturbed, true) == "");
      REQUIRE(m->vm().internals().code.cache.counts() ==
              undisturbed->vm().internals().code.cache.counts());
    }
  }
}

// Whatever the guest does, its shadow tables stay within its memory, and no page whose code was
// translated is writable (the audit holds that for all traced pages).
TEST_CASE("pages with translated code are not writable") {
  for (u64 seed = 0; seed < 60; ++seed) {
    INFO("seed " << seed);
    const auto m =
        make_random({"zisa", {.translate_user = true}, true, seed % 2 == 0, 300}, 50'000 + seed);
    for (u32 stop = 0; stop < 20 && !m->ending(); ++stop) {
      m->run({.steps = m->steps() + 700});
      REQUIRE(audit_shadow(*m).fault == "");
      const Hpa first = m->vm().host_of({vmm::Vm::kRamBase});
      for (const auto& [key, page] : m->vm().internals().code.cache.pages())
        REQUIRE(m->vm().traced({key.frame.v - first.v + vmm::Vm::kRamBase}));
    }
  }
}

TEST_CASE("what translated code does is on the books") {
  for (const char* append : {"tick=200000 forkwait 3; primes 100; churn 1", "paging=z4 hello; crash"}) {
    auto options = guest("zos", "zisa", "dbt", append);
    auto session = open_guest(options);
    session.run();
    const auto report = session.report();
    const cost::Ledger& ledger = session.machine().ledger();
    CHECK(report.outcome == "exited");
    CHECK(ledger.clock() == ledger.total());
    CHECK(report.guest_instructions() == session.machine().instructions());
    CHECK(report.translated > 0);
    CHECK(report.direct > 0);
    const auto& units = session.machine().vm().internals().code.cache.counts();
    CHECK(units.units > 100);
    CHECK(ledger.count(cost::Param::kTranslateInsn) >= units.instructions);
    CHECK(ledger.count(cost::Param::kTcHash) > 0);
    CHECK(ledger.cycles(cost::Account::kTranslation) > 0);
    u64 exits = 0, calls = 0;
    for (const auto& exit : report.exits) {
      exits += exit.count;
      const bool call = exit.reason.find("CALLOUT") == 0 || exit.reason == "NOT_TRANSLATED" ||
                        exit.reason == "INTERRUPT_WINDOW";
      calls += call ? exit.count : 0;
      // What is left of these is user code that tries, which `crash` does.
      if (exit.reason.find("PRIVILEGED") == 0) CHECK(exit.count == 1);
    }
    CHECK(exits - calls == ledger.count(cost::Param::kVmmDispatch));
    CHECK(calls >= ledger.count(cost::Param::kCalloutFull) + ledger.count(cost::Param::kCalloutLight));
  }
}
