// An auditor of one run: holds the VMM to resource control (Popek and Goldberg 1974: no guest can
// reach what it was not given) and to efficiency (what is innocuous runs by itself), finds the use
// of translations that the guest should have invalidated, and counts what a guest did.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mmu/audit.hpp"
#include "session/checked_isa.hpp"

namespace ringside::session {

/// Something that should not have happened, and when.
struct Finding {
  u64 time = 0;  ///< virtual time
  u32 pc = 0;    ///< of the guest; on x86 linear
  std::string what;
};

/// What was looked at.
struct AuditCounts {
  u64 mappings = 0;      ///< installed in tables of the VMM
  u64 translations = 0;  ///< used by the CPU
  u64 accesses = 0;      ///< to RAM: by the guest, the page walker, the VMM and DMA
  u64 device_touches = 0;
};

/// What the VMM emulated.
struct EmulationCounts {
  u64 emulated = 0;
  u64 needless = 0;  ///< innocuous, and neither a device nor a traced page was in play
  std::optional<Finding> first_needless;
};

/// What a guest did, by the run on the bare machine.
struct GuestCounts {
  u64 instructions = 0;  ///< fetched
  u64 after_paging = 0;  ///< of them, since paging was on for the first time
  u64 mode_switches = 0;
  u64 page_table_edits = 0;  ///< stores into what the page walker has read tables from
  u64 interrupts = 0;
  u64 code_rewrites = 0;    ///< writes over an instruction that was executed before
  u64 mid_unit_events = 0;  ///< interrupts between two instructions that follow each other
  u64 mid_repeat_events = 0;  ///< x86: faults, traps and interrupts between two iterations of a REP
  GuestCounts& operator+=(const GuestCounts& other);
};

/// What an auditor has found, whatever the ISA.
class AnyAuditor : public mmu::Audit {
 public:
  AnyAuditor(const AnyAuditor&) = delete;
  AnyAuditor& operator=(const AnyAuditor&) = delete;

  const AuditCounts& counts() const { return counts_; }
  const EmulationCounts& emulation() const { return emulation_; }
  const GuestCounts& guest() const { return guest_; }
  /// The first breach of resource control.
  const std::optional<Finding>& breach() const { return breach_; }
  /// The first use of a stale translation; looked for where the TLB holds what the guest's own tables say: on the
  /// bare machine and with nested paging.
  const std::optional<Finding>& stale() const { return stale_; }
  /// Whether an instruction was executed of which one of these bytes, by guest-physical address, is a part.
  virtual bool executed(u64 gpa, u32 bytes) const = 0;

 protected:
  AnyAuditor() = default;
  ~AnyAuditor() = default;

  AuditCounts counts_;
  EmulationCounts emulation_;
  GuestCounts guest_;
  std::optional<Finding> breach_, stale_;
};

/// Sits on a machine with one VM from construction to destruction; that machine must step.
template <class A>
class AuditorOf final : public AnyAuditor {
 public:
  using Machine = vmm::MachineOf<A>;

  explicit AuditorOf(Machine& machine);
  ~AuditorOf() { m_.memory().set_audit(nullptr); }

  bool executed(u64 gpa, u32 bytes) const override;

  /// To be called at each tick of a comparison, with the state before it: counts the events in it.
  void count_events(const typename A::State& before);

  void accessed(mmu::Agent agent, Hpa address, u64 bytes, Access access) override;
  void device_touched(mmu::Agent agent, u64 address, bool write) override;
  void mapped(u64 frame, u32 flags) override;
  void translated(bool supervisor, Gva gva, Access access, Hpa hpa) override;
  void emulated(u32 pc, u32 word, bool needed_vmm) override;

 private:
  using Isa = CheckedIsa<A>;

  bool in_ram(Hpa address, u64 bytes = 1) const;
  Gpa guest_address(Hpa address) const { return {address.v - ram_.v + A::kRamBase}; }
  void note_walk(Hpa address);
  Finding finding(std::string what) const;
  void blame(std::string what);
  void note_store(Hpa address, u64 bytes, bool by_guest);
  void note_fetch(bool supervisor);
  void look_for_stale(bool supervisor, Gva gva, Access access, Hpa hpa);
  void count_event(const vmm::Event& event, const typename A::State& before);
  bool follows(const vmm::Event& event, const typename A::State& state) const;

  Machine& m_;
  Hpa ram_;    ///< where the guest's RAM begins
  bool owns_;  ///< the guest owns the machine: there is no VMM
  std::vector<bool> tables_;    ///< by page of RAM: the walker has read it
  std::vector<bool> executed_;  ///< by unit of code
  std::optional<bool> supervisor_;
  std::optional<typename A::State> last_;  ///< before the last tick
  u64 steps_ = 0;                          ///< of the machine, when it was over
};

using Auditor = AuditorOf<vmm::ZisaArch>;
extern template class AuditorOf<vmm::ZisaArch>;
extern template class AuditorOf<x86::Arch>;

}  // namespace ringside::session
