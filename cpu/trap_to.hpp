// Who gets a trap.
#pragma once

#include "base/types.hpp"

namespace ringside::cpu {

/// The guest's own vector (TVEC, the IDT), or a VMM that owns the privileged mode and has the guest run without.
enum class TrapTo : u8 { kVector, kVmm };

}  // namespace ringside::cpu
