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

TEST_CASE("a jump by a register that it writes goes on, one that keeps it never does") {
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

TEST_CASE("an endless loop that DMA is about to overwrite is waited for") {
  // The first sector of the drive: code that ends the run with 0.
  std::vector<u8> sector(512);
  for (std::size_t i = 0; const u32 word : {0x001002b7u, 0x00005337u, 0x55530313u, 0x0062a023u})
    store_le(&sector[4 * i++], word);
  for (const char* strategy : {"bare", "trap-emulate"}) {
    const auto m = ended({.strategy = strategy, .drive = sector}, R"(
    li a0, 0x10010000
    sw zero, 0(a0)
    sw zero, 4(a0)
    li a1, 1
    sw a1, 8(a0)
    la a1, loop
    sw a1, 12(a0)
    li a1, 1
    sw a1, 16(a0)
    j loop
.balign 4096
loop: j loop
.space 512
)");
    CHECK(m->ending()->outcome == Outcome::kExited);
    CHECK(m->ending()->exit_code == 0);
  }
}

TEST_CASE("a trap vector that traps itself ends the guest after as many instructions under every strategy") {
  const Setup ways[] = {{.strategy = "bare"},
                        {.strategy = "trap-emulate"},
                        {.strategy = "dbt"},
                        {.isa = "zisa-h", .strategy = "hvm", .paging = "nested"},
                        {.isa = "zisa-h", .strategy = "hvm", .paging = "shadow"}};
  for (const Setup& way : ways) {
    const auto dead = ended(way, R"(
    la t0, vector
    write_cr tvec, t0
    ecall
.balign 4
vector:
    lw t1, 0(zero)      # nothing is there
)");
    INFO(way.strategy << " " << way.paging);
    CHECK(dead->ending()->reason == "the trap vector itself traps: load access fault");
    CHECK(dead->instructions() == 5);
  }
}
