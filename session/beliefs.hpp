// What the guest believes beside what the machine holds, in words: for those who show the two side by side.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "session/inspect.hpp"

namespace ringside::session {

/// One thing that the guest believes.
struct Belief {
  std::string name;          ///< "mode", "ptbr"
  std::string_view meaning;  ///< a sentence for a first-time student
  std::string believed, true_value, bare_metal;
  u64 number = 0;  ///< what is believed, for those who look for changes
  /// The machine holds something else: what virtualization hides.
  bool differs() const { return believed != true_value; }
  /// The bare machine would hold something else: a hole lied to the guest.
  bool deceived() const { return believed != bare_metal; }
};

struct Beliefs {
  bool virtualized = false;   ///< a VMM runs the guest
  bool deprivileged = false;  ///< and takes its privileges away
  std::vector<Belief> state;     ///< mode, interrupts, paging: bits in words
  std::vector<Belief> registers;  ///< the privileged registers as they stand
};
Beliefs beliefs(const Session& session);

/// What is to be said of one that differs or deceives, in a sentence.
std::string explain_belief(const Belief& belief);

}  // namespace ringside::session
