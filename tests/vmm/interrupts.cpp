// When interrupts are seen, and by whom: on the bare machine and de-privileged alike.
#include "catch.hpp"
#include "support/equivalence.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr std::string_view kEnd = R"(
end:
  li x30, 0x00100000
  li x31, 0x5555
  sw x31, 0(x30)
  j .
)";

/// Runs to the end in virtual time under both strategies, which must agree, and gives registers of
/// the guest.
cpu::ArchState run(std::string source) {
  source += kEnd;
  Setup setup{.virtual_time = true};
  setup.drive.resize(512 * 4, 7);
  const auto bare = machine(setup, source);
  setup.strategy = "trap-emulate";
  const auto emulated = machine(setup, source);
  const std::string how = compare_runs(*bare, *emulated, {.ticks = 100'000, .memory_every = 16});
  INFO(how);
  CHECK(how.empty());
  CHECK(bare->ending());
  return bare->vm().guest_state();
}

// Both engines see the same too, at the same cycle.
void check_engines(std::string source) {
  source += kEnd;
  for (const auto* strategy : {"bare", "trap-emulate"}) {
    Setup setup{.strategy = strategy};
    setup.drive.resize(512 * 4, 7);
    const auto fast = machine(setup, source), exact = machine(setup, source);
    exact->only_step(true);
    fast->run({.instructions = 100'000});
    exact->run({.instructions = 100'000});
    CHECK(difference(*fast, *exact, true) == "");
  }
}

}  // namespace

TEST_CASE("IPEND shows the timer at the first instruction after its time, enabled or not") {
  const std::string source = R"(
  li x5, 40
  write_cr timecmp, x5
  write_cr timecmph, x0
  li x20, -1
again:
  rdcyc x6
  read_cr x7, ipend
  andi x7, x7, 0x20
  rdcyc x8
  bnez x7, seen
  mv x9, x6              # not pending yet when it was looked at, between this time
  j again
seen:
  mv x10, x8
)";
  const cpu::ArchState end = run(source);
  CHECK(end.x[9] + 1 < 40);  // at the look, 40 had not come
  CHECK(end.x[10] > 40);
  check_engines(source);
}

TEST_CASE("IPEND follows time at every instruction") {
  // At time T + n for n = -2 to 2, without anything in between that the machine would look up for.
  for (int n = 0; n < 8; ++n) {
    std::string source = R"(
  rdcyc x5
  addi x5, x5, 10
  write_cr timecmph, x0
  write_cr timecmp, x5
)";
    for (int i = 0; i < n + 2; ++i) source += "  nop\n";
    source += "  rdcyc x6\n  read_cr x7, ipend\n  rdcyc x8\n";
    const cpu::ArchState end = run(source);
    INFO(n << " time " << end.x[5] << " looked after " << end.x[6]);
    CHECK((end.x[7] == 0x20) == (end.x[6] + 1 >= end.x[5]));
    check_engines(source);
  }
}

TEST_CASE("IPEND shows a disk that is done, though its interrupt is not enabled") {
  const std::string source = R"(
  li x5, 0x10010000
  li x6, 1
  sw x6, 8(x5)
  li x7, 0x80020000
  sw x7, 12(x5)
  li x8, 0x0c000000
  li x9, 0x800
  sw x9, 0x100(x8)
  sw x6, 16(x5)
  rdcyc x10
  li x11, 600
wait:
  addi x11, x11, -1
  bnez x11, wait
  read_cr x12, ipend
  lw x13, 0x104(x8)
)";
  const cpu::ArchState end = run(source);
  CHECK(end.x[12] == 0x200);
  CHECK(end.x[13] == 11);
  check_engines(source);
}

// The disk is done at the very instant at which the instruction that enables interrupts completes,
// with the timer pending too: external goes first.
TEST_CASE("interrupts that come due together with their being enabled are taken in order") {
  for (int delay = 480; delay < 520; ++delay) {
    std::string source = R"(
  la x1, trap
  write_cr tvec, x1
  li x5, 0x10010000
  li x6, 1
  sw x6, 8(x5)
  li x7, 0x80020000
  sw x7, 12(x5)
  li x8, 0x0c000000
  li x9, 0x800
  sw x9, 0x100(x8)
  li x9, 0x220
  write_cr ienable, x9
  write_cr timecmph, x0
  write_cr timecmp, x0
  li x9, 3
  sw x6, 16(x5)
)";
    for (int i = 0; i < delay; ++i) source += "  nop\n";
    source += R"(
  write_sr x9
  nop
  nop
  j end
trap:
  read_cr x20, cause
  slli x21, x21, 4
  andi x20, x20, 15
  or x21, x21, x20
  li x22, 5
  beq x20, x22, timer
  sw x0, 24(x5)
  tret
timer:
  li x22, -1
  write_cr timecmp, x22
  tret
)";
    INFO("delay " << delay);
    const cpu::ArchState end = run(source);
    CHECK((end.x[21] == 0x95 || end.x[21] == 0x59 || end.x[21] == 5));
  }
}

TEST_CASE("a wait ends when an enabled interrupt comes, whether it is taken or not") {
  const std::string source = R"(
  la x1, trap
  write_cr tvec, x1
  li x9, 0x20
  write_cr ienable, x9
  rdcyc x5
  addi x5, x5, 1000
  write_cr timecmph, x0
  write_cr timecmp, x5
  wfi
  rdcyc x6               # not taken: IE is 0
  wfi                    # still pending: no wait
  rdcyc x7
  li x9, 3
  write_sr x9
  nop
  j end
trap:
  read_cr x20, cause
  li x9, -1
  write_cr timecmp, x9
  tret
)";
  const cpu::ArchState end = run(source);
  CHECK(end.x[6] == end.x[5]);
  CHECK(end.x[7] == end.x[6] + 2);
  CHECK(end.x[20] == 0x80000005);
  check_engines(source);
}

TEST_CASE("a load over a page boundary faults at the first page that does not do") {
  // Page 1 lies nowhere, page 2 is not mapped; page 3 is RAM, page 4 lies nowhere.
  const std::string source = R"(
  la x1, trap
  write_cr tvec, x1
  li x5, 0x80011000
  li x6, (0x70000 << 10) | 7
  sw x6, 4(x5)
  li x6, (0x80020 << 10) | 7
  sw x6, 12(x5)
  li x6, (0x70000 << 10) | 7
  sw x6, 16(x5)
  li x6, (0x100 << 10) | 7
  sw x6, 0x400(x5)
  li x7, 0x80010000
  li x6, (0x80011 << 10) | 1
  sw x6, 0(x7)
  li x6, (0x80000 << 10) | 15
  li x8, 0x800
  add x8, x8, x7
  sw x6, 0(x8)
  li x6, 0x80010
  write_cr ptbr, x6
  li x6, 0x11
  write_sr x6
  li x9, 0x1ffe
  lw x10, 0(x9)
  sw x10, 0(x9)
  li x9, 0x2ffe
  lw x10, 0(x9)
  li x9, 0x3ffe
  lw x10, 0(x9)
  sw x10, 0(x9)
  j end
trap:
  read_cr x20, cause
  slli x21, x21, 4
  or x21, x21, x20
  read_cr x22, tval
  add x23, x23, x22
  read_cr x24, epc
  addi x24, x24, 4
  write_cr epc, x24
  tret
)";
  const cpu::ArchState end = run(source);
  CHECK(end.x[21] == 0x57d57);
  CHECK(end.x[23] == 0x1ffe + 0x1ffe + 0x2ffe + 0x4000 + 0x4000);
  check_engines(source);
}
