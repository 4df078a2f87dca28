// What holding a VMM to what it is has to know of an ISA: how a machine is compared with another one and what an
// auditor judges by. One struct for each; auditor.*, equivalence.* and examine.* are templates over the rest.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/lens.hpp"
#include "vmm/machine.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::session {

/// What differs between two runs, as texts "what: first / other".
using Differences = std::vector<std::string>;

/// A page table entry that a VMM installs, or a translation as the guest's tables now have it.
struct MappingRights {
  bool readable_only = false, writable = false, global = false;
};

template <class A>
struct CheckedIsa;

template <>
struct CheckedIsa<vmm::ZisaArch> {
  using Machine = vmm::Machine;
  using State = cpu::ArchState;

  /// Where instructions begin: at multiples of so many bytes.
  static constexpr u32 kCodeUnit = 4;
  /// Whether what comes between two instructions is compared behind the first: a VMM may deliver an interrupt, and
  /// write the guest's stack, a step before the bare machine does. Else states are compared right before instructions.
  static constexpr bool kEventsFirst = false;
  static bool event_due(Machine&) { return false; }

  static u32 pc(const State& state) { return state.pc; }
  static std::string_view mode(const State& state) { return state.supervisor() ? "S" : "U"; }
  static void add_differences(Differences& out, const State& a, const State& b);
  /// What asks for an interrupt.
  static u64 lines(const Machine& machine) { return machine.vm().lines(); }

  static bool paging(const Machine& machine) { return machine.cpu().state.context().paging; }
  /// Whether the guest's tables say now that an access leads there, without a fault and with A and D as they are.
  static bool holds(const Machine& machine, bool supervisor, Gva gva, Access access, Hpa hpa);
  /// A page that the VMM shows to this guest for reading: its tables of frames, if it is paravirtual.
  static bool may_read(const Machine& machine, Hpa page) { return machine.vm().is_frame_table(page.page()); }
  /// What the hardware uses for the guest and no instruction of it reaches.
  static bool monitors_own(const Machine&, Hpa) { return false; }
  /// Whether the tables that the hardware walks are the guest's own.
  static bool walks_own_tables(const Machine& machine) { return machine.vm().internals().guest_root.has_value(); }
  static MappingRights rights(u32 flags);

  /// The code at a state's PC, by the tables of that state.
  static Code code_at(const Machine& machine, const State& state);
  static std::string text(const Code& code);
  /// Of an instruction that the VMM emulated (mmu/audit.hpp).
  static bool innocuous(u32 word);
  static std::string text(const Machine& machine, u32 pc, u32 word);
  static bool is_interrupt(const vmm::Event& event);
  /// Address behind the instruction at a state's PC, where nothing but that instruction ends a run of code.
  static std::optional<u32> next_in_line(const Machine& machine, const State& state);
  static bool repeats(const Machine&, const State&) { return false; }
};

template <>
struct CheckedIsa<x86::Arch> {
  using Machine = x86::Machine;
  using State = x86::State;

  static constexpr u32 kCodeUnit = 1;
  static constexpr bool kEventsFirst = true;
  /// Whether the CPU takes an interrupt, an NMI or a debug trap, or leaves to the VMM for one, before the guest's next
  /// instruction.
  static bool event_due(Machine& machine) { return machine.vm().raise_lines(), machine.cpu().interrupt_due(); }

  /// Linear.
  static u32 pc(const State& state) { return state.segment(x86::Seg::kCs).base + state.eip; }
  static std::string_view mode(const State& state);
  static void add_differences(Differences& out, const State& a, const State& b);
  /// The vector that waits, and 100h; 0 for none.
  static u64 lines(const Machine& machine);

  static bool paging(const Machine& machine) { return machine.cpu().state.paging(); }
  /// Address line 20 aside, which with nested tables is the VMM's to follow.
  static bool holds(const Machine& machine, bool supervisor, Gva gva, Access access, Hpa hpa);
  static bool may_read(const Machine& machine, Hpa page) { return machine.vm().is_frame_table(page.page()); }
  /// The descriptor tables of a monitor that compresses rings.
  static bool monitors_own(const Machine& machine, Hpa address);
  static bool walks_own_tables(const Machine& machine) { return machine.vm().internals().guest_root.has_value(); }
  static MappingRights rights(u32 flags);

  static Code code_at(const Machine& machine, const State& state);
  static std::string text(const Code& code);
  static bool innocuous(u32 row);
  static std::string text(const Machine& machine, u32 pc, u32 row);
  static bool is_interrupt(const vmm::Event& event);
  static std::optional<u32> next_in_line(const Machine& machine, const State& state);
  /// Whether an instruction with REP is at a state's PC.
  static bool repeats(const Machine& machine, const State& state);
};

}  // namespace ringside::session
