// What can and what cannot get out of an endless loop.
#include "catch.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

std::unique_ptr<vmm::Machine> ended(const Setup& setup, std::string_view source) {
  auto made = machine(setup, source);
  made->run({.instructions = 10'000});
  REQUIRE(made->ending());
  return made;
}

using Outcome = vmm::Ending::Outcome;

}  // namespace

TEST_CASE("a return from a trap to its own address leaves the mode, so it is no endless loop") {
  for (const char* strategy : {"bare", "trap-emulate"}) {
    const auto m = ended({.strategy = strategy}, R"(
    la t0, handler
    write_cr tvec, t0
    la t0, again
    write_cr epc, t0
again:
    tret                # the first goes to U mode, where the second traps
handler:
    li t0, 0x100000
    li t1, 0x5555
    sw t1, 0(t0)
)");
    CHECK(m->ending()->outcome == Outcome::kExited);
  }
}

TEST_CASE("a jump by a register that it writes goes on; one that keeps it never does") {
  for (const bool step : {false, true}) {
    const auto make = [&](std::string_view source) {
      auto made = machine({}, source);
      made->only_step(step);
      made->run({.instructions = 10'000});
      REQUIRE(made->ending());
      return made;
    };
    CHECK(make(R"(
    la t0, again
again:
    jalr t0, 0(t0)
    li t0, 0x100000
    li t1, 0x5555
    sw t1, 0(t0)
)")->ending()->outcome == Outcome::kExited);
    const auto dead = make("la t0, again\nagain: jr t0\n");
    CHECK(dead->ending()->outcome == Outcome::kFailed);
    CHECK(dead->instructions() < 10);
  }
}
