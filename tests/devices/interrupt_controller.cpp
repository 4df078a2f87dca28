// The interrupt controller's registers.
#include "devices/interrupt_controller.hpp"

#include "catch.hpp"

using namespace ringside;
using devices::InterruptController;

namespace {
u32 in(InterruptController& controller, u32 offset) {
  return controller.read(offset, 4).value();
}
}  // namespace

TEST_CASE("a line interrupts the CPUs that enabled it, while it is up") {
  InterruptController controller(2);
  controller.set_lines(1u << 10);
  CHECK(in(controller, 0x00) == 1u << 10);
  CHECK(!controller.external(0));
  REQUIRE(controller.write(0x200, 1u << 10, 4));
  CHECK(!controller.external(0));
  CHECK(controller.external(1));
  controller.set_lines(0);
  CHECK(!controller.external(1));
}

TEST_CASE("a claim names the lowest enabled line that is up") {
  InterruptController controller(1);
  REQUIRE(controller.write(0x100, ~0u, 4));
  CHECK(in(controller, 0x104) == 0);
  controller.set_lines(1u << 31 | 1u << 11 | 1u << 10);
  CHECK(in(controller, 0x104) == 10);
  REQUIRE(controller.write(0x100, 1u << 31 | 1u << 11, 4));
  CHECK(in(controller, 0x104) == 11);
  REQUIRE(controller.write(0x104, 5, 4));  // read-only
  CHECK(in(controller, 0x104) == 11);
}

TEST_CASE("there is no line 0") {
  InterruptController controller(1);
  controller.set_lines(1);
  REQUIRE(controller.write(0x100, 1, 4));
  CHECK(in(controller, 0x00) == 0);
  CHECK(in(controller, 0x100) == 0);
  CHECK(!controller.external(0));
}

TEST_CASE("software interrupts are set and cleared by masks of CPUs that exist") {
  InterruptController controller(2);
  REQUIRE(controller.write(0x08, 0xff, 4));
  CHECK(controller.software(0));
  CHECK(controller.software(1));
  CHECK(!controller.software(2));
  REQUIRE(controller.write(0x0C, 1, 4));
  CHECK(!controller.software(0));
  CHECK(controller.software(1));
  CHECK(in(controller, 0x08) == 0);
}

TEST_CASE("registers of CPUs that are not there, gaps and other sizes are refused") {
  InterruptController controller(2);
  CHECK(controller.read(0x204, 4));
  for (u32 offset : {0x04u, 0x10u, 0x108u, 0x300u, 0x304u, 0x900u, 0xffff'fffcu}) {
    INFO(offset);
    CHECK(!controller.read(offset, 4));
    CHECK(!controller.write(offset, 1, 4));
  }
  CHECK(!controller.read(0, 1));
  CHECK(!controller.read(2, 4));
  CHECK(!controller.write(0x100, 1, 2));
}

TEST_CASE("eight CPUs are the most, and all have registers") {
  InterruptController controller(100);
  REQUIRE(controller.write(0x08, ~0u, 4));
  CHECK(controller.software(7));
  CHECK(controller.read(0x800, 4));
  CHECK(!controller.read(0x900, 4));
}
