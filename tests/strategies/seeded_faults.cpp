// Defects put into a VMM on purpose are found by an examination, each by the property that it
// breaks.
#include "catch.hpp"
#include "support/caught.hpp"
#include "support/faulty_vmm.hpp"
#include "support/random_program.hpp"

using namespace ringside;
using namespace ringside::test;
using session::Examination;

namespace {

Examination examine_random(Defect defect, u64 seed) {
  Setup setup;
  setup.virtual_time = true;
  const RandomOptions options{.seed = seed, .tick = 300};
  const auto memory = std::make_shared<mmu::Memory*>();
  const auto bare = [&] { return random_machine(setup, options); };
  const auto other = [&] {
    Setup faulty = setup;
    faulty.vmm = std::make_shared<FaultyVmm>(defect, memory);
    auto made = random_machine(faulty, options);
    *memory = &made->memory();
    return made;
  };
  auto found = session::examine(bare, other, {.ticks = 10'000, .memory_every = 64});
  REQUIRE(found.has_value());
  return *found;
}

Caught caught(Defect defect, u64 guests = 25) {
  return caught_in(guests, [=](u64 seed) { return examine_random(defect, seed); });
}

}  // namespace

TEST_CASE("the VMM into which defects are put holds without one") {
  CHECK(caught(Defect::kNone).held == 25);
}

TEST_CASE("a stale shadow entry is caught") {
  CHECK(caught(Defect::kStaleShadow).parted > 0);
}
TEST_CASE("a lost interrupt is caught") {
  CHECK(caught(Defect::kLostInterrupt).parted > 0);
}
TEST_CASE("a program counter that is not advanced is caught") {
  CHECK(caught(Defect::kPcNotAdvanced).parted > 0);
}
TEST_CASE("an event that is injected twice is caught") {
  CHECK(caught(Defect::kInjectedTwice).parted > 0);
}
TEST_CASE("a page that is mapped outside the VM is caught when it is installed") {
  CHECK(caught(Defect::kMappedOutside).breached > 15);
}
TEST_CASE("a page table that is left writable is caught") {
  CHECK(caught(Defect::kWritableTable).breached > 0);
}
TEST_CASE("a VMM that interprets everything fails efficiency") {
  CHECK(caught(Defect::kInterpreter).wasteful == 25);
}
