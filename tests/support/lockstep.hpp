// Two runs of the same machine, one by both engines and one by the stepping engine alone, held
// against each other at random stops.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "vmm/machine.hpp"

namespace ringside::test {

/// Makes the machine of a run, the same each time.
using Maker = std::function<std::shared_ptr<vmm::Machine>()>;

struct LockstepOptions {
  u64 seed = 0;
  u64 steps = 10'000;    ///< how far to go; 0: to the end
  u32 stride = 200;      ///< steps between stops, in the mean
  u32 memory_every = 8;  ///< stops between comparisons of memory
};

/// Empty if the runs agree everywhere; else where and how they part, with the last instructions.
std::string lockstep(const Maker& make, const LockstepOptions& options);

/// The `count` instructions that the stepping engine executes before a position, disassembled.
std::string instructions_before(const Maker& make, u64 step, u64 count);

}  // namespace ringside::test
