// What a guest that is debugged prints, as it appears.
#pragma once

#include <algorithm>
#include <string>

#include "session/debugger.hpp"

namespace ringside::cli {

/// After going back the text is shorter, and what comes again is shown again.
class ConsoleLines {
 public:
  explicit ConsoleLines(const session::Debugger& debugger) : debugger_(debugger) {}

  /// What was not given yet: whole lines while the session is being moved, all once it stands
  /// (`all`).
  std::string take(bool all) {
    std::string fresh = debugger_.session().console(given_);
    if (!all) fresh.resize(fresh.rfind('\n') + 1);
    given_ += fresh.size();
    if (all) given_ = std::min(given_, debugger_.session().console().size());
    return fresh;
  }

 private:
  const session::Debugger& debugger_;
  std::size_t given_ = 0;
};

}  // namespace ringside::cli
