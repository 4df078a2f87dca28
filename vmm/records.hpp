// Plain records that machines of every ISA have in common: what the reports are made of, where a run is to
// stop, and how it ended.
#pragma once

#include <array>
#include <string>

#include "cost/ledger.hpp"

namespace ringside::vmm {

/// What the report counts exits by: the reason, and what tells apart those of one reason (the row of a
/// privileged instruction, the cause of an exception, the meaning of a page fault).
struct ExitKind {
  u8 reason = 0;
  u8 detail = 0;
  auto operator<=>(const ExitKind&) const = default;
};

/// How often exits of one kind came, and what they took from leaving the guest to being back.
struct ExitStatistics {
  u64 count = 0;
  Cycles cycles = 0, min = 0, max = 0;
  void add(Cycles took) {
    min = count == 0 ? took : std::min(min, took);
    max = std::max(max, took);
    cycles += took;
    ++count;
  }
};

/// A sensitive instruction that ran untrapped in a de-privileged guest and lied.
struct HoleStatistics {
  u64 count = 0;
  u32 first_pc = 0;
  u32 got = 0;         ///< what the first one returned, or what it left in force
  u32 bare_metal = 0;  ///< what the bare machine would have returned, or put in force
};

/// Instructions of the guest by how they were executed (each counts once).
struct InstructionCounts {
  u64 direct = 0, emulated = 0, translated = 0;
  u64 guest() const { return direct + emulated + translated; }
};

/// How a run of a guest ended.
struct Ending {
  enum class Outcome : u8 { kExited, kFailed, kLimit } outcome = Outcome::kExited;
  u32 exit_code = 0;
  std::string reason;  ///< why it failed, or which limit
};

/// Cycles by account.
using Spending = std::array<Cycles, cost::kAccounts>;

/// How a guest is left for the VMM.
enum class Passage : u8 {
  kTrap,  ///< by the hardware
  kCall,  ///< by a call in translated code
  kFree,  ///< not at all: the simulator asks beside the run, and nobody pays
};

/// Where a run is to stop at the latest. 0 stands for no limit.
struct Limits {
  u64 instructions = 0;  ///< of the guest
  Cycles cycles = 0;
  u64 steps = 0;         ///< stop (without an ending) once so many machine steps are done
  Cycles pause_at = 0;   ///< stop (without an ending) at the first boundary at or past this cycle
  u64 events = 0;        ///< stop (without an ending) once the log has so many events
};

/// Why a run stopped.
enum class Stop : u8 {
  kLimit,       ///< a limit that stops without an ending
  kBreakpoint,  ///< before an instruction at a breakpoint
  kWatchpoint,  ///< after a step that wrote watched memory
  kInput,       ///< the guest waits for input that may still come
  kEnd,
};

}  // namespace ringside::vmm
