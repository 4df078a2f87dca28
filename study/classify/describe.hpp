// Witnesses in words: what a person reads who replays one.
#pragma once

#include "study/classify/finding.hpp"

namespace ringside::study {

/// One part of the machine in both states.
struct WitnessRow {
  std::string what;  ///< "SR", "a0", "page 0xffff2000"
  std::string a, b;
  bool differs = false;
};

/// A witness, executed and taken apart. Parts that are zero in both states are left out. To control
/// there is one state: then `a` is before the instruction and `b` after it, and `after` is empty.
struct WitnessText {
  Class shown = Class::kControl;      ///< what the finding takes it for
  std::string sentence;               ///< what it shows
  std::string instruction;            ///< as assembly, with its word
  std::array<std::string, 2> states;  ///< titles of the columns
  std::vector<WitnessRow> before, after;
  bool holds = false;  ///< the replay showed the difference again
};
WitnessText describe(session::Laboratory& laboratory, Class shown, const Witness& witness);

}  // namespace ringside::study
