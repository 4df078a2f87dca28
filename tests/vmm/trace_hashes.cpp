// The same trace and state in every build: hashes of small runs against a table that is kept.
//
// The table is made anew, after a change that means to change it, by
//   RINGSIDE_WRITE_HASHES=1 build/tests/test_vmm "hashes of traces are those of the table"
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "support/random_program.hpp"

using namespace ringside;
using namespace ringside::test;

namespace {

constexpr const char* kTable = RINGSIDE_SOURCE_DIR "/tests/vmm/trace_hashes.txt";

std::string run(const char* isa, const char* strategy, bool virtual_time, u64 seed) {
  Setup setup{.isa = isa, .strategy = strategy, .virtual_time = virtual_time};
  const bool slow = std::string_view(strategy) != "bare" && !virtual_time;
  const auto m = random_machine(setup, {.seed = seed, .tick = slow ? 60'000u : 500u});
  m->run({.steps = 8000});
  return fmt::format("{} {} {} {} state {:016x} trace {:016x} cycles {}\n", isa, strategy,
                     virtual_time ? "virtual" : "cycles", seed, m->state_hash(), m->log().hash(),
                     m->cycles());
}

std::string all_runs() {
  std::string text;
  for (const auto* isa : {"zisa", "zisa-v"})
    for (const auto* strategy : {"bare", "trap-emulate"})
      for (const bool virtual_time : {false, true})
        for (u64 seed = 1; seed <= 3; ++seed) text += run(isa, strategy, virtual_time, seed);
  return text;
}

}  // namespace

TEST_CASE("hashes of traces are those of the table") {
  const std::string now = all_runs();
  if (std::getenv("RINGSIDE_WRITE_HASHES")) std::ofstream(kTable) << now;
  std::ifstream file(kTable);
  std::stringstream kept;
  kept << file.rdbuf();
  CHECK(now == kept.str());
}
