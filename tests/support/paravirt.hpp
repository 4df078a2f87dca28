// A paravirtual guest whose hypercalls a test makes, and an audit of what the VMM has let it map.
#pragma once

#include <string>

#include "session/auditor.hpp"
#include "strategies/paravirt/zisa_guest.hpp"
#include "support/machines.hpp"

namespace ringside::test {

/// A machine under paravirt with HCALL at kRam, a jump back behind it, a load and a store. It has a small drive
/// and some input.
class PvGuest {
 public:
  explicit PvGuest(u64 ram = 1u << 20);

  /// Executes HCALL with these registers; gives a0 as a signed number.
  i32 call(u32 number, u32 a0 = 0, u32 a1 = 0, u32 a2 = 0, u32 a3 = 0);
  /// Loads or stores a word, as the guest's own code does; how it ends is the guest's affair.
  void touch(u32 gva, bool store, u32 value);
  u32 reg(u32 number) const { return machine->cpu().state.x[number]; }
  vmm::Vm& vm() { return machine->vm(); }
  const strategies::pv::PageTypes& pages() const;
  void set(u64 gpa, u32 value) { set_word(*machine, gpa, value); }
  u32 get(u64 gpa) const { return word_at(*machine, gpa); }
  /// Puts the code back, if the guest wrote over it and still could.
  void write_code();

  /// An entry with the host frame of a guest page.
  u32 entry(u32 gpa, u32 flags);
  /// A Z2 space at three pages from `at` on: kernel root, user root, one table that maps the first 64 pages of
  /// RAM at their addresses, but for itself and its roots read-only. Not pinned.
  void build_space(u32 at);

  std::unique_ptr<vmm::Machine> machine;
  std::unique_ptr<session::Auditor> auditor;  ///< hears of each mapping, translation and access

 private:
  void step_from(u32 pc);
};

/// What breaks the rules of docs/hypercalls.md, section 5, in the tables that the hardware walks, in all other
/// tables and in the TLB; empty if nothing does.
std::string audit(const PvGuest& guest);

}  // namespace ringside::test
