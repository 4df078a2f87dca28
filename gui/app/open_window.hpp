// The door through which the command line opens the window.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/options.hpp"

namespace ringside::gui {

struct WindowOptions {
  session::Options session;  ///< what to open; without a guest the tour
  std::vector<std::string> folders;  ///< where fonts and guests may lie, beside the system's
  std::string screenshot;    ///< a PNG file that is written at the end of the script; empty: none
  std::string script;        ///< "tour", or a file with one command a line (gui/script.hpp)
  unsigned width = 1600, height = 1000;  ///< at 100 %
};

/// Opens the window and stays until it is closed, or its script is done. Errors: no display, libraries that this
/// program was built without, a guest or script that is not what it should be.
Result<void> open_window(const WindowOptions& options);

}  // namespace ringside::gui
