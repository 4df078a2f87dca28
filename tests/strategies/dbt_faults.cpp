// Defects put into the translator on purpose are found by the comparison with the bare machine; and the
// limit of direct execution shows where it should.
#include "catch.hpp"
#include "strategies/dbt/dbt.hpp"
#include "support/equivalence.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;
using strategies::Dbt;
using strategies::DbtOptions;

namespace {

// How a program parts from the bare machine with a defect; empty if it does not.
std::string divergence(std::string_view source, DbtOptions::SeededFault fault) {
  const zisa::Assembly code = program(source);
  Setup setup{.isa = "zisa", .virtual_time = true};
  const auto bare = machine(setup, code);
  setup.vmm = std::make_shared<Dbt>(DbtOptions{.seeded_fault = fault});
  const auto translated = machine(setup, code);
  return compare_runs(*bare, *translated, {.memory_every = 64});
}

void check_found(std::string_view source, DbtOptions::SeededFault fault) {
  const std::string without = divergence(source, DbtOptions::SeededFault::kNone);
  INFO(without);
  CHECK(without.empty());
  CHECK_FALSE(divergence(source, fault).empty());
}

session::Report redpill(const char* isa, const char* strategy, bool translate_user = false) {
  auto options = guest("redpill", isa, strategy);
  options.translate_user = translate_user;
  auto session = open_guest(options);
  session.run();
  return session.report();
}

}  // namespace

TEST_CASE("a translated page that is not watched is found out") {
  constexpr std::string_view source = R"(
_start:
  la x1, spot
  la x3, other
  lw x2, 0(x3)
  li x4, 3
again:
spot:
  addi x5, x5, 1             # is another instruction from the second round on
  sw x2, 0(x1)
  addi x4, x4, -1
  bnez x4, again
  lui x30, 0x100
  li x31, 0x5555
  sw x31, 0(x30)
  j .
other:
  addi x5, x5, 100
)";
  check_found(source, DbtOptions::SeededFault::kUnwatchedCode);
}

// Two call-outs next to each other, the first of which makes an interrupt deliverable.
TEST_CASE("an interrupt at the wrong instruction of a coalesced call-out is found out") {
  constexpr std::string_view source = R"(
_start:
  la x1, trap
  write_cr tvec, x1
  li x2, 0x20
  li x3, 3
  write_sr x3                # interrupts on
  li x4, 100
  j again                    # so that a unit begins there and holds all four
again:
  rdcyc x5
  addi x5, x5, 3
  write_cr timecmph, x0
  write_cr timecmp, x5
  write_cr ienable, x2       # the timer's comes here, between two call-outs
  write_cr ienable, x0
  write_cr ienable, x2
  write_cr ienable, x0
  addi x4, x4, -1
  bnez x4, again
  lui x30, 0x100
  li x31, 0x5555
  sw x31, 0(x30)
  j .
trap:
  read_cr x6, epc
  add x7, x7, x6
  li x6, -1
  write_cr timecmp, x6
  tret
)";
  check_found(source, DbtOptions::SeededFault::kLateInterrupt);
}

TEST_CASE("a red pill shows the limit of direct execution, and translated user code has none") {
  CHECK(redpill("zisa", "bare").exit_code == 0);
  const auto direct = redpill("zisa", "dbt");
  CHECK(direct.exit_code == 1);
  CHECK(direct.holes.size() == 3);
  CHECK(direct.console.find("somebody is underneath") != std::string::npos);
  const auto translated = redpill("zisa", "dbt", true);
  CHECK(translated.exit_code == 0);
  CHECK(translated.holes.empty());
  CHECK(translated.console == redpill("zisa", "bare").console);
  // Where the holes trap there is nothing to ask.
  CHECK(redpill("zisa-v", "dbt").exit_code == 0);
  CHECK(redpill("zisa-v", "trap-emulate").exit_code == 0);
}
