// Code that is written while it is cached: a fetch sees earlier stores of its own CPU, in both
// engines.
#include "catch.hpp"
#include "support/lockstep.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr std::string_view kEnd = R"(
end:
  lui x30, 0x100
  li x31, 0x5555
  sw x31, 0(x30)
  j .
)";

// Runs a program to its end in both engines and gives the register.
u32 result(std::string source, u32 reg) {
  source += kEnd;
  const Maker make = [&] { return std::shared_ptr<vmm::Machine>(machine(Setup{}, source)); };
  for (u64 seed = 0; seed < 20; ++seed) {
    const std::string how =
        lockstep(make, {.seed = seed, .steps = 0, .stride = 1u + static_cast<u32>(seed) * 5});
    INFO(how);
    REQUIRE(how.empty());
  }
  const auto machine = make();
  machine->run({.instructions = 100'000});
  REQUIRE(machine->ending());
  REQUIRE(machine->ending()->outcome == vmm::Ending::Outcome::kExited);
  return machine->cpu().state.x[reg];
}

}  // namespace

TEST_CASE("an instruction is rewritten right before it runs") {
  CHECK(result(R"(
  la x1, target
  lw x2, new
  sw x2, 0(x1)
target:
  addi x5, x0, 1
  j end
new: addi x5, x0, 2
)",
               5) == 2);
}

TEST_CASE("a loop rewrites its own body each time around") {
  CHECK(result(R"(
  la x1, target
  lw x2, target
  lui x3, 0x100        # one more in the immediate
  li x6, 50
loop:
  add x2, x2, x3
  sw x2, 0(x1)
target:
  addi x5, x5, 0
  addi x6, x6, -1
  bnez x6, loop
)",
               5) == 50 * 51 / 2);
}

TEST_CASE("the instruction before a cached one is rewritten to write another register") {
  // Cached, `use` may take x5 from the instruction before it, which has not run yet.
  CHECK(result(R"(
  li x5, 3
  li x6, 0
  la x1, before
  lw x2, new
  j use
before:
  addi x5, x0, 1
use:
  addi x7, x5, 10
  bnez x6, end
  li x6, 1
  sw x2, 0(x1)
  j before
new: addi x8, x0, 77
)",
               7) == 13);
}

TEST_CASE("halves and bytes of instructions are rewritten") {
  CHECK(result(R"(
  la x1, target
  li x2, 0x1234
  li x6, 3
loop:
  sh x2, 2(x1)         # the upper half: immediate and rs1
  sb x6, 2(x1)
target:
  lui x5, 0
  addi x6, x6, -1
  bnez x6, loop
)",
               5) == 0x12010000);
}

TEST_CASE("data in the page of the code is written all the time") {
  CHECK(result(R"(
  la x1, data
  li x6, 2000
loop:
  lw x5, 0(x1)
  addi x5, x5, 3
  sw x5, 0(x1)
  addi x6, x6, -1
  bnez x6, loop
  j end
data: .word 0
)",
               5) == 6000);
}

TEST_CASE("a store over a page boundary rewrites the code behind it") {
  CHECK(result(R"(
  la x1, page
  lw x2, new
  li x6, 0
again:
  la x3, page
  jalr x4, 0(x3)
  bnez x6, end
  li x6, 1
  slli x7, x2, 16      # new's lower half behind the boundary, 0 in front of it
  sw x7, -2(x1)
  sh x2, 0(x1)
  srli x8, x2, 16
  sh x8, 2(x1)
  j again
new: addi x5, x0, 42
  .balign 4096
page:
  addi x5, x0, 1
  jalr x0, 0(x4)
)",
               5) == 42);
}

// The entry of the running page may have gone from the TLB and come back by a load, with other
// rights.
TEST_CASE("code runs on in a page whose translation lost the right to execute") {
  const std::string source = R"(
.equ V, 1
.equ RWX, 0xcf          # V R W X A D
_start:
  la x1, trap
  write_cr tvec, x1
  lui x1, 0x80010       # root: RAM as a superpage, and a table for low pages
  lui x2, 0x20000
  ori x2, x2, RWX
  li x3, 0x800
  add x3, x3, x1
  sw x2, 0(x3)
  li x2, (0x80011 << 10) | V
  sw x2, 0(x1)
  lui x4, 0x80011       # page 1: code; pages 2 and 513: more code, data
  li x2, (0x80001 << 10) | RWX
  sw x2, 4(x4)
  li x2, (0x80002 << 10) | RWX
  sw x2, 8(x4)
  li x2, (0x80003 << 10) | RWX
  li x3, 513 * 4
  add x3, x3, x4
  sw x2, 0(x3)
  li x2, 0x80010
  write_cr ptbr, x2
  li x2, 0x11
  write_sr x2
  lui x5, 1
  jr x5
trap:
  bnez x20, stop
  read_cr x20, cause
stop:
  j stop
)" + std::string(kEnd) + R"(
  .balign 4096
code:                    # at 0x1000
  addi x10, x10, 1
  lui x6, 0x201          # a load that takes this page's place in the TLB
  lw x7, 0(x6)
  li x2, (0x80001 << 10) | 0xc7   # this page may be executed no more
  sw x2, 4(x4)
  lui x6, 1
  lw x7, 0(x6)           # and is back in the TLB
  nop
  nop
  lui x8, 2
  jalr x9, 0(x8)         # to the other page and back
  addi x10, x10, 1
  lui x1, 0x80000
  jr x1
  .balign 4096
  nop
  nop
  jalr x0, 0(x9)
)";
  const Maker make = [&] { return std::shared_ptr<vmm::Machine>(machine(Setup{}, source)); };
  for (u64 seed = 0; seed < 20; ++seed) {
    const std::string how =
        lockstep(make, {.seed = seed, .steps = 80, .stride = 1u + static_cast<u32>(seed) * 5});
    INFO(how);
    REQUIRE(how.empty());
  }
  const auto m = make();
  m->run({.steps = 80});
  CHECK(m->cpu().state.x[20] == 12);
  CHECK(m->cpu().state.x[10] == 1);
}
