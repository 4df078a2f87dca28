// Runs one session before the user's eyes: console to stdout, keys to the guest, progress.
#pragma once

#include <iosfwd>

#include "session/session.hpp"

namespace ringside::cli {

struct Watching {
  bool console = true;            ///< the guest's console goes to stdout as it appears
  bool interactive = false;       ///< what is typed goes to the guest
  std::ostream* trace = nullptr;  ///< trace events go there
};

/// Runs until the guest ends, a limit is reached or the user ends it (Ctrl+C, or Ctrl+A x).
void run_watched(session::Session& session, const Watching& watching);

}  // namespace ringside::cli
