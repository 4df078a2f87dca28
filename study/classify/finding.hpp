// What the experiments look for (Popek and Goldberg, Formal requirements for virtualizable third
// generation architectures, CACM 17(7), 1974) and what they find.
//
// Resource state Q = mode, status register without the user flags (those count as registers),
// control registers, the halted flag, the effective translations. A state = Q, registers, PC, and
// memory as seen through the map. Memory that comes out is seen through the map that went in: a
// changed map is a changed Q, not a changed memory. A fault about an address is no trap here.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "session/laboratory.hpp"

namespace ringside::study {

/// What can be shown of an instruction, by one witness each.
enum class Class : u8 {
  kControl,     ///< it completes and changes Q
  kMode,        ///< its results depend on the mode
  kStatus,      ///< ... on another bit of Q: status, paging, a control register
  kFrames,      ///< ... on the frames that memory lies in, and so on the register that names them
  kPages,       ///< ... on a page of the map that it does not access
  kUser,        ///< one of the above, all states being in user mode
  kTime,        ///< its results depend on the cycle counter
  kPrivileged,  ///< traps in user mode in every state drawn, completes in supervisor mode
};
inline constexpr Class kClasses[] = {Class::kControl, Class::kMode,      Class::kStatus,
                                     Class::kFrames,  Class::kPages,     Class::kUser,
                                     Class::kTime,    Class::kPrivileged};
/// "control", "mode", "status", "frames", "pages", "user", "time", "privileged".
std::string_view class_name(Class which);

/// Two states and a word that show a class when they are executed. To control, and in the class
/// of user mode for control's sake, there is one state: `a` and `b` are equal.
struct Witness {
  Class shows = Class::kControl;  ///< never kUser: what is shown in user mode
  u32 word = 0;
  session::LabState a, b;
  bool operator==(const Witness&) const = default;
};

/// Whether an instruction traps in user mode, address faults left aside.
enum class InUserMode : u8 { kRuns, kSometimesTraps, kTraps };

/// All that was found about one instruction.
struct Finding {
  std::string instruction;
  std::map<Class, Witness> witnesses;  ///< one for each class it belongs to
  InUserMode in_user = InUserMode::kRuns;
  /// Bits of the status register that make it trap in user mode in every state drawn ("TSD").
  std::vector<std::string> gates;
  u64 completed = 0;  ///< states in which it completed

  bool is(Class which) const { return witnesses.contains(which); }
  bool behaviour() const;
  /// Control- or behaviour-sensitive.
  bool sensitive() const { return is(Class::kControl) || behaviour(); }
  bool privileged() const { return is(Class::kPrivileged); }
  /// Sensitive, and user mode does not always trap it.
  bool hole() const { return sensitive() && !privileged(); }
  /// A monitor can make it trap in user mode: always does, or behind a bit.
  bool can_be_made_to_trap() const { return in_user == InUserMode::kTraps || !gates.empty(); }
};

/// What executing a witness gives.
struct Replay {
  session::LabOutcome a, b;
  bool holds = false;  ///< they show what the witness says
};
Replay replay(session::Laboratory& laboratory, const Witness& witness);

/// Whether Q came out other than it went in.
bool changes_resources(const session::LabOutcome& outcome);
/// Whether registers, user flags, PC or memory come out different.
bool results_differ(const session::LabOutcome& a, const session::LabOutcome& b);
/// A trap that counts as one.
bool traps(const session::LabOutcome& outcome);

}  // namespace ringside::study
