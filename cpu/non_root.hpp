// Non-root mode (`zisa-h`): the guest's own status register, control registers and trap vector are the real ones;
// what the control block names leaves to the VMM instead. This record is what the CPU holds of it.
#pragma once

#include "cpu/control_block.hpp"

namespace ringside::cpu {

/// Not architectural: how a nested fault travels from the MMU to where the guest exits.
inline constexpr Cause kNestedFault = static_cast<Cause>(63);

/// Why the guest exited, before it stands in the control block.
struct ExitInfo {
  ExitReason reason = ExitReason::kInstruction;
  u32 qualification = 0, gva = 0;
  u64 gpa = 0;
  u32 instruction = 0;
  unsigned row = 0;  ///< of the instruction
  Trap trap{};       ///< an exception, or the interrupt
};

/// The part of the control block that the CPU consults while the guest runs.
struct NonRootControls {
  u32 instruction_exits = 0, cr_read_exits = 0, cr_write_exits = 0, exception_exits = 0;
  u32 interrupt_window = 0;
  bool interrupt_exits = false;
  bool masked = false;  ///< whether any mask is set
  u32 sr_mask = 0, sr_shadow = 0;
  std::array<u32, zisa::kCrCount> cr_mask{}, cr_shadow{};
  u64 time_offset = 0;
};

/// A trap whose delivery is not over: until the vector's first instruction is fetched, a fault that is the VMM's
/// takes the delivery back, and the event is to be injected again.
struct Vectoring {
  bool under_way = false;
  Trap event{};
  u32 pc = 0, sr = 0, epc = 0, cause = 0, tval = 0;  ///< as before the event
};

struct NonRoot {
  bool active = false;
  Hpa block{};
  NonRootControls controls;
  u32 host_pending = 0;  ///< interrupts of the host, which exit where that is asked for
  Vectoring vectoring;
  ExitInfo exit;         ///< the latest
  u32 instruction = 0;   ///< word under way; 0 before the fetch

  /// What the guest reads of its status register or a control register.
  u32 visible_sr(u32 real) const {
    return (real & ~controls.sr_mask) | (controls.sr_shadow & controls.sr_mask);
  }
  u32 visible_cr(u32 number, u32 real) const {
    return (real & ~controls.cr_mask[number]) | (controls.cr_shadow[number] & controls.cr_mask[number]);
  }
};

}  // namespace ringside::cpu
