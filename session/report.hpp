// The report of a run, as plain data and as JSON (schema ringside/run/1, docs/schemas.md).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/types.hpp"

namespace ringside::session {

struct HoleReport {
  std::string instruction;
  u64 count = 0;
  u32 pc = 0;            ///< of the first lie
  std::string symbol;
  u32 got = 0, bare_metal = 0;
  bool cause = false;    ///< its cure moves the point where the guest fails
  std::string cured;     ///< what the guest does once this hole alone is cured; empty if the same, or not tried
};

/// An instruction of x86 that raised #UD though there are CPUs that execute it.
struct LeftOutReport {
  std::string instruction;  ///< "FLDZ"
  u64 count = 0;
  u32 pc = 0;               ///< of the first time
  std::string symbol;
  std::vector<u8> bytes;    ///< its encoding; empty where it could not be read
  std::string text;         ///< its disassembly
  std::string needs;        ///< what is not there: "X87", "SSE2", "pentium" (a CPU model), "task switch"; empty: itself
};

struct ExitReport {
  std::string reason;
  u64 count = 0;
  u64 cycles = 0, min = 0, max = 0;
  u64 mean() const { return count == 0 ? 0 : cycles / count; }
};

struct AccountReport {
  std::string name;
  u64 cycles = 0;
};

/// How much the port of a paravirtual guest changed, by its note.
struct PortReport {
  u32 added = 0, removed = 0;  ///< lines
  u32 sites = 0;               ///< places in sources that the original has too
  u32 original = 0;            ///< lines of the original
};

/// What binary translation did.
struct TranslationReport {
  u64 units = 0, instructions = 0;  ///< translated
  u64 retranslated = 0;             ///< units made anew, to call out or not to
  u64 dropped = 0;                  ///< units whose code was written
  u64 flushes = 0;
};

/// How often a cost parameter was charged.
struct ChargeReport {
  std::string parameter;
  u64 count = 0, cycles = 0;
};

struct Report {
  std::string guest, isa, strategy, paging;
  std::string cost_model, cost_model_hash;
  u64 frequency_khz = 0;  ///< of the simulated machine
  u64 seed = 0;
  std::string outcome;  ///< exited, failed or limit
  u32 exit_code = 0;
  std::string reason;   ///< why it failed, or which limit; empty when it exited
  std::vector<std::string> notes;  ///< choices of the user that changed nothing, in sentences
  std::optional<PortReport> port;
  std::optional<TranslationReport> translation;
  std::vector<HoleReport> holes;
  std::vector<LeftOutReport> left_out;  ///< in the order in which they were met
  std::string console;
  u64 direct = 0, emulated = 0, translated = 0;
  u64 cycles = 0;
  std::vector<AccountReport> accounts;
  std::vector<ChargeReport> charges;  ///< those made, in the parameters' order; the machine's, where there is one guest
  std::vector<ExitReport> exits;  ///< by cycles, most first
  u64 tlb_hits = 0, tlb_misses = 0;
  u64 walk_cache_hits = 0, nested_tlb_hits = 0;  ///< references of walks that these saved
  u32 pc = 0;           ///< where the guest was at the end
  std::string symbol;
  u64 state_hash = 0, trace_hash = 0;

  u64 guest_instructions() const { return direct + emulated + translated; }
};

/// Several guests on one machine.
struct MachineReport {
  std::vector<Report> guests;
  u64 cycles = 0;                       ///< of the machine, all guests and the VMM
  std::vector<AccountReport> accounts;
  u64 world_switches = 0;
};

nlohmann::ordered_json to_json(const Report& report);
/// Schema ringside/machine/1: the reports of the guests, and the sum.
nlohmann::ordered_json to_json(const MachineReport& report);

}  // namespace ringside::session
