// The VM control structure of a guest in non-root mode, as plain data: the control block of Z-ISA, the VMCS of x86.
// To look costs no cycle and changes nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/session.hpp"

namespace ringside::session {

/// One field.
struct ControlField {
  u32 number = 0;  ///< as VMREAD names it: on x86 the encoding
  std::string name;
  std::string_view group;    ///< "Guest state", in the order of the list
  std::string_view meaning;  ///< a sentence; empty where the name is all
  u64 value = 0;             ///< as it stands in memory: of the guest's state what the last entry loaded
  std::optional<u64> now;    ///< of the guest's state, while the guest runs: what the CPU holds and the next exit will store
  unsigned digits = 8;       ///< hexadecimal ones of its width
  bool read = false;         ///< the VMM read it after the last exit
  std::string words;         ///< the value (or now) in words, where there are any
  /// Whether the guest has changed it since the last entry.
  bool changed() const { return now && *now != value; }
};

/// What the hardware would say of the block, were it entered with it as it stands.
struct ControlCheck {
  u32 number = 0;  ///< the field that breaks a rule
  u64 value = 0;
  std::string rule, text;
};

struct ControlView {
  bool there = false;     ///< the strategy has a control structure
  bool virtualized = false;
  std::string strategy;
  std::string_view name;  ///< "VMCS"
  u64 address = 0;        ///< host-physical
  bool entered = false;   ///< the guest runs in non-root mode just now
  bool failed = false;    ///< the last entry failed
  std::string last_exit;  ///< its reason in words; empty before the first
  std::optional<ControlCheck> check;
  std::vector<ControlField> fields;  ///< by group
};
/// Of the VM that is on the CPU.
ControlView control_view(const Session& session);

/// The same as a table for people.
std::string control_text(const ControlView& view);

}  // namespace ringside::session
