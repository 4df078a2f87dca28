// A guest in the debugger, for tests of what the window looks at.
#pragma once

#include "catch.hpp"
#include "session/debugger.hpp"

namespace ringside::test {

/// Opens a guest that the build made, with a few forks to do; fails the test where it is not there.
inline session::Debugger open(const std::string& strategy, const std::string& isa, const std::string& guest = "guests/zisa/zos") {
  session::Options o;
  o.guest = guest, o.strategy = strategy, o.isa = isa, o.append = "forkwait 3";
  o.folders = {RINGSIDE_BUILD_DIR};
  o.max_instructions = 50'000'000;
  auto debugger = session::Debugger::open(o);
  REQUIRE(debugger);
  return std::move(*debugger);
}

}  // namespace ringside::test
