// A paravirtual guest of x86 whose hypercalls a test makes, and an audit of what the VMM has let it have.
#pragma once

#include <memory>
#include <string>

#include "session/auditor.hpp"
#include "strategies/paravirt/x86_guest.hpp"
#include "vmm/x86/arch.hpp"

namespace ringside::test {

/// A machine under paravirt with VMCALL at kCode, a jump back behind it, a load and a store. It has a small drive and
/// some input.
class PvPc {
 public:
  static constexpr u32 kRamBytes = 1u << 20, kMapped = 64 * kPageSize, kCode = 0x1000, kLoad = kCode + 5, kStore = kCode + 7;

  PvPc();

  /// Executes VMCALL with these registers; gives EAX as a signed number.
  i32 call(u32 number, u32 a0 = 0, u32 a1 = 0, u32 a2 = 0, u32 a3 = 0);
  /// Loads (to EBP) or stores a word, as the guest's own code does; how it ends is the guest's affair.
  void touch(u32 linear, bool store, u32 value = 0);
  /// Goes on at an address in CS's segment until an instruction is done, or a handler begins.
  void step_from(u32 linear);
  u32 reg(unsigned number) const { return machine->cpu().state.r[number]; }
  x86::Vm& vm() { return machine->vm(); }
  const strategies::pv::PageTypesOf<strategies::pv::X86Guest>& pages() const;
  void set(u64 gpa, u32 value);
  u32 get(u64 gpa) const;
  /// Puts the code back, if the guest wrote over it and still could.
  void write_code();

  /// An entry with the host frame of a guest page.
  u32 entry(u32 gpa, u32 flags);
  /// A space at two pages from `at` on: its root, and a table that maps the first kMapped bytes of RAM at their addresses for
  /// the kernel, those two pages read-only. Not pinned.
  void build_space(u32 at);

  std::unique_ptr<x86::Machine> machine;
  std::unique_ptr<session::AuditorOf<x86::Arch>> auditor;  ///< hears of each mapping, translation and access
};

/// What breaks the rules of docs/hypercalls.md: in the tables that the hardware walks, in all other tables, in the TLB, in the
/// monitor's descriptor table and in the CPU's segments and flags; empty if nothing does.
std::string audit(PvPc& guest);

}  // namespace ringside::test
