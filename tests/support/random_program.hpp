// Random guests (session/random_guest.hpp) on machines that tests set up.
#pragma once

#include <memory>

#include "session/random_guest.hpp"
#include "support/dice.hpp"
#include "support/machines.hpp"

namespace ringside::test {

using session::kCode;
using session::kCodePages;
using session::kRandomRam;
using session::random_instruction;
using session::RandomOptions;

/// A machine with a random guest; setup.ram is kRandomRam.
std::unique_ptr<vmm::Machine> random_machine(Setup setup, const RandomOptions& options);
/// The same of one that was made before.
std::unique_ptr<vmm::Machine> machine_of(Setup setup, const session::RandomGuest& guest);

}  // namespace ringside::test
