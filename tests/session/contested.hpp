// A guest for several strategies, for tests of bills and lanes.
#pragma once

#include "session/contenders.hpp"

namespace ringside::test {

inline session::Options contested(const std::string& name) {
  session::Options o;
  o.guest = name, o.append = "forkwait 2", o.folders = {RINGSIDE_BUILD_DIR};
  return o;
}

inline const session::GoesOn kOn = [](u64) { return true; };

}  // namespace ringside::test
