// Exits of an x86 guest, as values. Those that mean the same as on Z-ISA are the same structs.
#pragma once

#include <variant>

#include "cpu/translation.hpp"
#include "cpu/x86/trap.hpp"
#include "isa/x86/instruction.hpp"
#include "vmm/exit.hpp"

namespace ringside::x86 {

/// An instruction that the guest's privilege does not allow: by #GP or #UD in a de-privileged guest, by an
/// execution control in non-root mode.
struct PrivilegedInstruction {
  unsigned row;  ///< in the instruction table
};
/// A page fault through the tables that the VMM had loaded; `code` is its error code.
struct PageFault {
  Gva address;
  u32 code;
};
/// An exception or software interrupt of the guest.
struct Exception {
  Trap trap;
};
/// An interrupt of the host came while the guest ran.
struct Interrupt {};

/// Translated code calls the VMM for an instruction that it does not execute itself.
struct CallOut {
  Instruction instruction;
  cpu::OpReason reason;
  bool light;      ///< saves little
  bool continued;  ///< goes on in the call-out of the instruction before
};

/// The CPU shut down in non-root operation: no handler could be entered.
struct TripleFault {};

using vmm::EntryFailure;
using vmm::FaultMeaning;
using vmm::Halt;
using vmm::Hypercall;
using vmm::InterruptWindow;
using vmm::NestedFault;
using vmm::NotTranslated;
using vmm::PortIo;

/// The order is stable, and that of Z-ISA where both have the reason.
using Exit = std::variant<PrivilegedInstruction, PageFault, NestedFault, PortIo, Hypercall, Exception, Interrupt,
                          InterruptWindow, Halt, EntryFailure, NotTranslated, CallOut, TripleFault>;

vmm::ExitKind kind_of(const Exit& exit);
/// The detail for a hypercall that a VMM serves; kind_of() cannot know its number, which is in a register.
u8 detail_of_hypercall(u32 number);
/// "EXCEPTION #GP": a reason as the table of exits prints it.
std::string exit_name(vmm::ExitKind kind);
/// "#PF", "vector 0x80": how a trap is called.
std::string vector_name(u8 vector);
/// What an event says of a trap: "#PF", "interrupt 0x20"; and the same with error code or address.
std::string cause_name(const vmm::Event& event);
std::string cause_text(const vmm::Event& event);

}  // namespace ringside::x86
