// VMX non-root operation (Intel SDM volume 3, chapters 26 to 28): the guest's registers are the real ones; what the VMCS
// names leaves to the VMM instead. These records are what the CPU holds of it; the code is in vmx.cpp (VM entries, VM
// exits, events) and vmx_instructions.cpp (instructions that exit).
#pragma once

#include "cpu/x86/trap.hpp"
#include "cpu/x86/vmcs.hpp"
#include "isa/x86/instruction.hpp"
#include "isa/x86/table.hpp"

namespace ringside::x86 {

/// Why the guest exited, as the VMM finds it in the VMCS; and the instruction under way, which the simulator keeps.
struct ExitInfo {
  ExitReason reason = ExitReason::kExceptionOrNmi;
  u32 qualification = 0;
  u32 linear = 0;  ///< guest-linear address, where one is valid
  u64 gpa = 0;
  std::optional<Trap> trap;       ///< the exception or NMI
  bool nmi_unblocked = false;     ///< an IRET had ended the blocking of NMIs before that
  std::optional<Trap> vectoring;  ///< the event whose delivery was broken off
  Instruction instruction;        ///< row kIllegalRow where there was none
};

/// The part of the VMCS that the CPU consults while the guest runs.
struct VmxControls {
  u32 pins = 0, primary = 0, secondary = 0;
  u32 exceptions = 0, page_fault_mask = 0, page_fault_match = 0;
  u32 cr0_mask = 0, cr0_shadow = 0, cr4_mask = 0, cr4_shadow = 0;
  u32 cr3_targets = 0;
  std::array<u32, 4> cr3_target{};
  Hpa io_a{}, io_b{}, msrs{};
};

struct NonRoot {
  bool active = false;
  bool left_at_entry = false;  ///< the VM entry's event could not be delivered: the next step is that exit
  Hpa vmcs{};
  VmxControls controls;
  ExitInfo exit;               ///< the latest
  // Of the instruction under way, which an exit takes back.
  Instruction instruction;     ///< row kIllegalRow before it is fetched
  Shadow shadow = Shadow::kNone;
  bool nmi_blocked = false;

  /// To be called before each instruction.
  void begin(const State& state) {
    instruction.row = kIllegalRow;
    instruction.length = 0;
    shadow = state.shadow;
    nmi_blocked = state.nmi_blocked;
  }
  /// Whether an instruction sees or changes bits of CR0 or CR4 that are the VMM's.
  bool masks(const Instruction& i) const {
    if (!active || (controls.cr0_mask | controls.cr4_mask) == 0) return false;
    return i.row == row_of("mov_from_cr") || i.row == row_of("mov_to_cr") || i.row == row_of("smsw") ||
           i.row == row_of("lmsw") || i.row == row_of("clts");
  }
  /// What the guest reads of CR0 and CR4.
  u32 visible_cr0(u32 real) const { return (real & ~controls.cr0_mask) | (controls.cr0_shadow & controls.cr0_mask); }
  u32 visible_cr4(u32 real) const { return (real & ~controls.cr4_mask) | (controls.cr4_shadow & controls.cr4_mask); }
};

/// Exit qualifications (SDM volume 3, section 28.2.1).
namespace qualification {
/// Of EPT violations (table 28-7).
inline constexpr u32 kRead = 1, kWrite = 2, kFetch = 4, kRightsShift = 3;
inline constexpr u32 kLinearValid = 1u << 7, kFinalAccess = 1u << 8, kNmiUnblocked = 1u << 12;
/// Of control-register accesses (table 28-3): number in bits 3-0, kind of access, general register in bits 11-8.
inline constexpr u32 kMovToCr = 0, kMovFromCr = 1u << 4, kClts = 2u << 4, kLmsw = 3u << 4;
inline constexpr unsigned kRegisterShift = 8, kLmswShift = 16;
/// Of MOV DR (table 28-4).
inline constexpr u32 kMovFromDr = 1u << 4;
/// Of I/O instructions (table 28-5): size minus 1 in bits 2-0, port in bits 31-16.
inline constexpr u32 kIn = 1u << 3, kString = 1u << 4, kRep = 1u << 5, kImmediatePort = 1u << 6;
inline constexpr unsigned kPortShift = 16;
}  // namespace qualification

}  // namespace ringside::x86
