#include "support/random_program.hpp"

#include "catch.hpp"

namespace ringside::test {

std::unique_ptr<vmm::Machine> random_machine(Setup setup, const RandomOptions& options) {
  return machine_of(std::move(setup), session::draw_guest(options));
}

std::unique_ptr<vmm::Machine> machine_of(Setup setup, const session::RandomGuest& guest) {
  setup.ram = kRandomRam;
  setup.drive = guest.drive;
  setup.input = guest.input;
  auto made = machine(setup, std::vector<u32>{});
  REQUIRE(made->vm().copy_in({kRam}, guest.image));
  return made;
}

}  // namespace ringside::test
