// Exits: what simulated hardware reports to a VMM, as values. The order of the variant is stable: it
// numbers the reasons in logs and between processes.
#pragma once

#include <string>
#include <variant>

#include "cpu/state.hpp"
#include "vmm/event_log.hpp"
#include "vmm/records.hpp"

namespace ringside::vmm {

using cpu::ArchState;
using cpu::Cause;
using cpu::Cr;
using cpu::Trap;

/// A privileged instruction in U mode.
struct PrivilegedInstruction {
  u32 word;      ///< the instruction
  unsigned row;  ///< its row in the table
};
/// A page fault through the tables that the VMM had loaded: the guest's own, one that the VMM hides, or
/// an access to a device's page. Finding out which is the VMM's work.
struct PageFault {
  Gva address;
  Access access;
};
/// A fault in the second dimension of a nested walk.
struct NestedFault {
  Gpa address;
  Access access;
  bool during_walk;  ///< the walk of the guest's tables, rather than the access itself
};
/// An IN or OUT instruction (x86).
struct PortIo {
  u16 port;
  u8 bytes;
  bool out;
};
/// HCALL or VMCALL.
struct Hypercall {
  u32 word;
};
/// Any other exception: system calls, breakpoints, illegal instructions, misaligned jumps.
struct Exception {
  Cause cause;
  u32 tval;
};
/// An interrupt of the host came while the guest ran.
struct Interrupt {
  Cause cause;
};
/// The guest became ready to take the event that waits.
struct InterruptWindow {};
/// WFI or HLT under hardware assistance.
struct Halt {};
/// The control block did not pass the checks at entry.
struct EntryFailure {
  u32 field;
  u64 value;
};
/// Under binary translation: the next guest PC has no translated unit.
struct NotTranslated {
  Gva target;
};
/// Translated code calls the VMM for an instruction that it does not execute itself.
struct CallOut {
  u32 word;
  unsigned row;
  bool light;      ///< saves little
  bool continued;  ///< goes on in the call-out of the instruction before
};

using Exit = std::variant<PrivilegedInstruction, PageFault, NestedFault, PortIo, Hypercall,
                          Exception, Interrupt, InterruptWindow, Halt, EntryFailure, NotTranslated, CallOut>;

/// What a page fault turned out to mean (Adams and Agesen 2006, section 2.4, name the first three).
enum class FaultMeaning : u8 {
  kUnknown,
  kTrue,    ///< the guest's own: reflected
  kHidden,  ///< the shadow lacked what the guest's tables allow
  kTraced,  ///< a write to a page table that is traced
  kDevice,  ///< an access to a device's registers
};

ExitKind kind_of(const Exit& exit);
/// The detail for a hypercall that a VMM serves; kind_of() cannot know its number, which is in a register.
u8 detail_of_hypercall(u32 number);
/// "PRIVILEGED_INSN read_sr", "PAGE_FAULT hidden": a reason as the table of exits prints it.
std::string exit_name(ExitKind kind);

/// What an event says of a trap: "page fault on a load", and the same with the address of a fault.
std::string cause_name(const Event& event);
std::string cause_text(const Event& event);

/// The exit that a trap in U mode is to a VMM that owns supervisor mode.
Exit exit_of(const Trap& trap, unsigned row);

}  // namespace ringside::vmm
