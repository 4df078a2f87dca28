// The product's own dice, for tests.
#pragma once

#include "session/dice.hpp"

namespace ringside::test {

using session::Dice;

}  // namespace ringside::test
