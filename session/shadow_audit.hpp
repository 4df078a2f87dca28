// Looks at the tables that the hardware walks for a guest under a VMM: nothing in them may lead out of the guest's
// memory.
#pragma once

#include <string>

#include "vmm/machine.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

struct ShadowAudit {
  std::string fault;  ///< what is wrong; empty if nothing
  u64 leaves = 0;
  u64 writable = 0;
};

/// Follows all roots of the VMM's tables, shadow or nested. Tables must lie in the VMM's pool, leaves must map RAM of the
/// guest, in shadow tables for user mode, and none may be writable that maps a traced frame.
ShadowAudit audit_shadow(const vmm::Machine& machine);
/// The same on x86, where leaves are the kernel's too; of a guest with nested paging its EPT.
ShadowAudit audit_shadow(const x86::Machine& machine);

}  // namespace ringside::session
