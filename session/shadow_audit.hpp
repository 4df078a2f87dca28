// Looks at the tables that the hardware walks for a de-privileged guest: nothing in them may lead
// out of the guest's memory.
#pragma once

#include <string>

#include "vmm/machine.hpp"

namespace ringside::session {

struct ShadowAudit {
  std::string fault;  ///< what is wrong; empty if nothing
  u64 leaves = 0;
  u64 writable = 0;
};

/// Follows all shadow roots. Tables must lie in the VMM's pool, leaves must map RAM of the guest
/// for user mode, and none may be writable that maps a traced frame.
ShadowAudit audit_shadow(const vmm::Machine& machine);

}  // namespace ringside::session
