// A VMM is examined: one guest on the bare machine and under the VMM, side by side in virtual time,
// held to the three properties of Popek and Goldberg (1974): equivalence, resource control,
// efficiency.
#pragma once

#include <functional>
#include <memory>

#include "base/result.hpp"
#include "session/auditor.hpp"
#include "session/equivalence.hpp"
#include "session/options.hpp"

namespace ringside::session {

/// Makes the machine of a run, the same each time.
template <class A>
using MakeMachineOf = std::function<Result<std::unique_ptr<vmm::MachineOf<A>>>()>;
using MakeMachine = MakeMachineOf<vmm::ZisaArch>;
using MakePc = MakeMachineOf<x86::Arch>;

/// All that came out, as plain data.
struct Examination {
  std::string isa, strategy;
  std::optional<Divergence> divergence;
  std::optional<Finding> stale;   ///< the guest's own error
  std::optional<Finding> breach;  ///< of resource control
  AuditCounts audited;
  u64 direct = 0, translated = 0;  ///< instructions of the guest by how they ran
  EmulationCounts emulation;
  GuestCounts guest;
  u64 ticks = 0;         ///< of virtual time that were compared
  std::optional<u64> processes;  ///< of a ported guest: ends of processes that were compared, in place of instants
  bool ended = false;    ///< both runs came to their ends
  bool stopped = false;  ///< somebody stopped it
  std::string outcome;   ///< how the guest ended on the bare machine, in words; empty if it did not

  /// The runs part because the guest used a stale translation before.
  bool guest_at_fault() const { return divergence && stale && stale->time <= divergence->time; }
  bool equivalent() const { return !divergence || guest_at_fault(); }
  bool resource_control() const { return !breach; }
  bool efficient() const { return emulation.needless == 0; }
  bool held() const { return equivalent() && resource_control() && efficient(); }
};

struct ExamineOptions {
  u64 ticks = 0;  ///< how far to go in virtual time; 0: to the end
  u32 memory_every =
      4096;  ///< ticks between comparisons of memory; the place where it parts is found exactly
  std::function<std::string(u32)> symbol = {};  ///< names addresses
  std::function<bool(u64 ticks)> goes_on = {};  ///< asked now and then; false stops it
  std::function<void(const AnyAuditor& bare)> look =
      {};  ///< called at the end, with the bare run's auditor
};

/// Examines the strategy of `other`; `bare` gives the reference. Both in virtual time. Errors:
/// those of the makers.
Result<Examination> examine(const MakeMachine& bare, const MakeMachine& other,
                            const ExamineOptions& options);
Result<Examination> examine(const MakePc& bare, const MakePc& other, const ExamineOptions& options);

/// The same for a guest in a file: the strategy is that of the options, the reference the bare
/// machine of the same variant.
Result<Examination> examine_guest(const Options& options, const ExamineOptions& how);

/// The same for a strategy that runs guests ported to it: its kernel executes other instructions, so compared are the console,
/// how the run ended, and what each user process held at its end (session/process_ends.hpp). `ported` opens the port. Errors:
/// those of the makers.
Result<Examination> examine_ported(const MakeMachine& bare, const MakeMachine& ported, const ExamineOptions& options);
Result<Examination> examine_ported(const MakePc& bare, const MakePc& ported, const ExamineOptions& options);
Result<Examination> examine_ported_guest(const Options& options, const Options& ported, const ExamineOptions& how);

}  // namespace ringside::session
