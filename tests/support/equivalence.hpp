// One guest under two strategies in virtual time: what the guest can see must be the same at every
// instant.
#pragma once

#include <functional>
#include <string>

#include "vmm/machine.hpp"

namespace ringside::test {

struct EquivalenceOptions {
  u64 ticks = 0;                                ///< how far to go in virtual time; 0: to the end
  u32 memory_every = 4096;                      ///< ticks between comparisons of memory
  std::function<std::string(u32)> symbol = {};  ///< names addresses in the report
};

/// Runs both machines by the stepping engine, side by side, in virtual time. At each instant
/// compares the guest's registers, PC, SR, control registers and interrupt lines; memory as said
/// and at the end; then the hash of all state, the console and how the run ended. Empty if all is
/// the same; else the first divergence with the last instructions of both.
std::string compare_runs(vmm::Machine& one, vmm::Machine& other,
                         const EquivalenceOptions& options = {});

}  // namespace ringside::test
