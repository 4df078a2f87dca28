// What the experiments find (Popek and Goldberg, Formal requirements for virtualizable third
// generation architectures, CACM 17(7), 1974), as plain data.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "base/types.hpp"

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

/// One part of the machine in both states.
struct WitnessRow {
  std::string what;  ///< "SR", "a0", "page 0xffff2000"
  std::string a, b;
  bool differs = false;
};

/// A witness, executed and taken apart. Parts that are zero in both states are left out. To control
/// there is one state: then `a` is before the instruction and `b` after it, and `after` is empty.
struct WitnessText {
  Class shows = Class::kControl;      ///< what its two states show, never kUser
  std::string sentence;               ///< what it shows, in words
  std::string instruction;            ///< as assembly, with its code
  std::array<std::string, 2> states;  ///< titles of the columns
  std::vector<WitnessRow> before, after;
  bool holds = false;  ///< the replay showed the difference again
};

/// Whether an instruction traps in user mode, address faults left aside.
enum class InUserMode : u8 { kRuns, kSometimesTraps, kTraps };

/// All that was found about one instruction.
struct Finding {
  std::string instruction;
  std::map<Class, WitnessText> witnesses;  ///< one for each class it belongs to
  InUserMode in_user = InUserMode::kRuns;
  /// Bits of Q that make it trap in user mode in every state drawn ("TSD").
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

}  // namespace ringside::study
