// The time that a guest can see (docs/zisa.md, section 6).
#pragma once

#include "cost/ledger.hpp"

namespace ringside::cpu {

/// In cycle time the clock is the ledger's; in virtual time it counts guest instructions, and
/// nothing the guest can see reads a cycle.
struct Clock {
  const cost::Ledger* ledger;
  bool virtual_time = false;
  u64 instructions = 0;  ///< virtual time: instructions, and the waits between them

  u64 now() const { return virtual_time ? instructions : ledger->clock(); }
};

}  // namespace ringside::cpu
