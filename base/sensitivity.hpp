// Popek and Goldberg's classes of instructions, as an ISA's table declares them; `classify` holds
// them to experiment.
#pragma once

namespace ringside {

struct Sensitivity {
  bool control = false;   ///< can change mode, status, control registers, map or halt
  bool mode = false;      ///< result depends on the mode or on a control register
  bool location = false;  ///< result depends on where in real memory the program lies
  bool time = false;      ///< result depends on the cycle counter
  constexpr bool sensitive() const { return control || mode || location; }
};

}  // namespace ringside
