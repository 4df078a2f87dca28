// What a user of GDB writes by hand belongs to history: going back takes it away, going on again brings it back.
#pragma once

#include <string>

#include "catch.hpp"

namespace ringside::cli {

/// `bench` asks a stub of a guest with a word `ticks`; `write` is the packet that sets a register to 78563412h (its bytes in
/// that order), which stands in the reply to "g" from digit `at` on.
template <class Bench>
void check_written_by_hand(Bench& bench, const std::string& write, std::size_t at) {
  const std::string ticks = bench.address("ticks");
  CHECK(bench.ask(write) == "OK");
  CHECK(bench.ask("M" + ticks + ",4:01020304") == "OK");
  CHECK(bench.ask("X" + ticks + ",1:\x7f") == "OK");
  const std::string here = bench.ask("g");
  CHECK(here.substr(at, 8) == "78563412");
  CHECK(bench.ask("m" + ticks + ",4") == "7f020304");
  bench.ask("s"), bench.ask("s");
  const std::string later = bench.ask("g");
  bench.ask("bs"), bench.ask("bs"), bench.ask("bs");
  CHECK(bench.ask("m" + ticks + ",4") == "00000000");
  bench.ask("s");
  CHECK(bench.ask("g") == here);
  CHECK(bench.ask("m" + ticks + ",4") == "7f020304");
  bench.ask("s"), bench.ask("s");
  CHECK(bench.ask("g") == later);
  CHECK_FALSE(bench.debugger.history().diverged());
}

}  // namespace ringside::cli
