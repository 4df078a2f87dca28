// A snapshot holds all that a run depends on: from it, the run goes on as it did before.
#include "vmm/snapshot.hpp"

#include "catch.hpp"
#include "support/random_program.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

struct End {
  u64 state, trace, steps, cycles;
  cost::Ledger ledger;
  mmu::TlbCounts tlb;
  std::array<mmu::TlbEntry, mmu::kTlbEntries> entries;
  bool operator==(const End&) const = default;
};

End end_of(const vmm::Machine& m) {
  const auto& tlb = m.cpu().mmu().tlb;
  return {m.state_hash(), m.log().hash(), m.steps(),    m.cycles(),
          m.ledger(),     tlb.counts,     tlb.entries()};
}

Setup setup_of(u64 seed) {
  Setup setup;
  setup.strategy = seed % 2 ? "trap-emulate" : "bare";
  setup.virtual_time = seed % 4 > 1;
  return setup;
}
RandomOptions options_of(u64 seed) {
  return {.seed = seed, .wild = seed % 3 == 0, .tick = seed % 2 && seed % 4 < 2 ? 60'000u : 500u};
}

}  // namespace

TEST_CASE("from a snapshot the run goes on as before") {
  for (u64 seed = 0; seed < 40; ++seed) {
    INFO("seed " << seed);
    Dice dice(seed);
    const auto undisturbed = random_machine(setup_of(seed), options_of(seed));
    undisturbed->run({.steps = 9000});
    const End expected = end_of(*undisturbed);

    const auto m = random_machine(setup_of(seed), options_of(seed));
    vmm::Snapshots taker(*m);
    std::vector<std::unique_ptr<vmm::Snapshot>> taken;
    for (u32 stop = 0; stop < 5; ++stop) {
      m->run({.steps = m->steps() + dice.between(1, 1500)});
      taken.push_back(taker.take());
    }
    m->run({.steps = 9000});
    REQUIRE(end_of(*m) == expected);
    // From each in a random order, also from one to an earlier one in the middle of a run.
    for (u32 i = 0; i < 6; ++i) {
      taker.restore(*taken[dice.below(5)]);
      m->run({.steps = m->steps() + dice.below(600)});
      const auto& from = *taken[dice.below(5)];
      taker.restore(from);
      REQUIRE(m->steps() == from.steps);
      REQUIRE(m->cycles() == from.cycles);
      m->only_step(dice.chance(30));
      m->run({.steps = 9000});
      m->only_step(false);
      REQUIRE(end_of(*m) == expected);
    }
  }
}

TEST_CASE("what was not written is shared between snapshots") {
  const auto m = random_machine({}, {.seed = 5});
  vmm::Snapshots taker(*m);
  const auto first = taker.take();
  m->run({.steps = 200});
  const auto second = taker.take();
  u64 copied = 0;
  for (u64 page = 0; page < first->pages.size(); ++page)
    copied += first->pages[page] != second->pages[page];
  CHECK(copied > 0);
  CHECK(copied < 20);
}

TEST_CASE("a second run has the same trace and state") {
  for (u64 seed = 100; seed < 120; ++seed) {
    const auto one = random_machine(setup_of(seed), options_of(seed));
    const auto other = random_machine(setup_of(seed), options_of(seed));
    one->run({.steps = 6000});
    other->run({.steps = 6000});
    CHECK(end_of(*one) == end_of(*other));
    CHECK(difference(*one, *other, true) == "");
  }
}
