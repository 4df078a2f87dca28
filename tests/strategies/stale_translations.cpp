// A guest that uses a translation which it should have invalidated differs under a VMM, and the
// examination blames the guest.
#include "catch.hpp"
#include "session/examine.hpp"
#include "support/machines.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

// Page 1 of the guest is at 0x80020000, then at 0x80021000; `between` stands after the change.
std::string guest_with(std::string_view between) {
  return std::string(R"(
.macro entry at, value
  li x2, \value
  li x3, \at
  sw x2, 0(x3)
.endm
_start:
  entry 0x80010800, (0x80000<<10)|0xcf   # RAM, for the kernel, as a superpage
  entry 0x80010000, (0x80011<<10)|1
  entry 0x80011400, (0x100<<10)|0xc7     # the exit register
  entry 0x80011004, (0x80020<<10)|0xc7
  entry 0x80021000, 77
  li x2, 0x80010
  write_cr ptbr, x2
  li x2, 0x11
  write_sr x2
  lui x5, 1
  lw x6, 0(x5)
  entry 0x80011004, (0x80021<<10)|0xc7
)") + std::string(between) +
         R"(
  lw x7, 0(x5)
  li x30, 0x00100000
  li x31, 0x5555
  sw x31, 0(x30)
  j .
)";
}

session::Examination examined(std::string_view between) {
  const zisa::Assembly code = program(guest_with(between));
  Setup setup;
  setup.virtual_time = true;
  Setup other = setup;
  other.strategy = "trap-emulate";
  auto found = session::examine([&] { return machine(setup, code); },
                                [&] { return machine(other, code); }, {});
  REQUIRE(found.has_value());
  return *found;
}

}  // namespace

TEST_CASE("the use of a stale translation is the guest's error") {
  const auto found = examined("");
  REQUIRE(found.divergence.has_value());
  REQUIRE(found.stale.has_value());
  CHECK(found.guest_at_fault());
  CHECK(found.equivalent());
  CHECK(found.held());
  REQUIRE(found.divergence->at_fault.has_value());
  CHECK(found.divergence->at_fault->pc == found.stale->pc);
}

TEST_CASE("a guest that invalidates is not at fault") {
  const auto found = examined("  tlbinv x5\n");
  CHECK_FALSE(found.divergence.has_value());
  CHECK_FALSE(found.stale.has_value());
  CHECK(found.ended);
  CHECK(found.guest.page_table_edits >= 1);
}

// A global translation survives the change of PTBR, on whichever machine it has not been evicted by then.
TEST_CASE("a stale translation of one side alone is the guest's error too") {
  const auto code = program(R"(
_start:
  la x5, stop
  write_cr tvec, x5
  la x6, root
  srli x6, x6, 12
  li x7, 0x40000000
  or x6, x6, x7
  write_cr ptbr, x6
  li x6, 0x11
  write_sr x6
  li x6, 0x0c000100
  sw x0, 0(x6)               # evicts the code's translation, which an exit brings back
  li x6, 0x40080100
  write_cr ptbr, x6          # a root that maps nothing
  li x15, 1
  li x15, 2
stop:
  j stop
  .balign 4096
root:
  .space 192
  .word 0x030000c7
  .space 1852
  .word 0x200000ef           # global
)");
  const auto made = [&](const char* strategy) {
    return [&code, strategy] {
      return Result<std::unique_ptr<vmm::Machine>>(
          machine({.isa = "zisa-h", .strategy = strategy, .ram = 2u << 20, .virtual_time = true}, code));
    };
  };
  const auto found = session::examine(made("bare"), made("hvm"), {.memory_every = 1});
  REQUIRE(found.has_value());
  CHECK(found->divergence);
  CHECK(found->guest_at_fault());
  CHECK(found->held());
}
