// The translation cache as a map: how large each unit is, how it hangs together with others, and how hot it is.
// Without the text of instructions, which inspect_units.hpp has: for those who look many times a second.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "session/debugger.hpp"

namespace ringside::session {

struct UnitSpot {
  u32 start = 0, end = 0;  ///< guest addresses: of the first instruction, and behind the last
  std::string symbol;
  u64 frame = 0;
  char mode = 'S';         ///< virtual mode
  u32 operations = 0;
  u32 changed = 0;         ///< operations that did not stay as they were
  u32 calls = 0;           ///< of these, calls of the VMM
  u32 hashed = 0;          ///< jumps whose target is looked up each time
  std::vector<std::size_t> to, from;  ///< units that it is chained to, and those that are chained to it, by index
  u32 open = 0;            ///< jumps to known addresses that lead to the translator yet
  u64 exits = 0, cycles = 0;  ///< how often the guest left for the VMM in it, and what that took, in the events that are kept
};

struct UnitMap {
  bool translates = false;     ///< the strategy has a translation cache
  u32 used = 0, capacity = 0;  ///< operations
  u64 translated = 0, retranslated = 0, dropped = 0, flushes = 0;  ///< units since the start
  u64 events = 0;              ///< that `exits` and `cycles` come from: the last ones
  u32 pc = 0;                  ///< guest address of the next instruction
  std::vector<UnitSpot> units; ///< by address
  /// The unit with the instruction at an address; units.size() if there is none.
  std::size_t at(u32 address) const;
};
UnitMap unit_map(const Session& session);

/// How often the instructions at each address ran.
struct Executions {
  std::map<u32, u64> at;
  u64 steps = 0;
};
/// Runs so many steps on, one by one, counts where each instruction stood, and comes back to where it began. Stops early at
/// the guest's end, at input, or when `between` says so.
Stopped count_executions(Debugger& debugger, u64 steps, Executions& into, const Debugger::Between& between = {});

/// What one of OperationView's kinds means, in a sentence; empty for an unknown one.
std::string_view explain_operation(std::string_view kind);

}  // namespace ringside::session
