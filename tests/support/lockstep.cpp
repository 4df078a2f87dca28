#include "support/lockstep.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "isa/zisa/decode.hpp"
#include "support/dice.hpp"
#include "support/machines.hpp"

namespace ringside::test {

namespace {

struct Pair {
  explicit Pair(const Maker& make) : fast(make()), exact(make()) { exact->only_step(true); }
  void run(const vmm::Limits& limits) {
    fast->run(limits);
    exact->run(limits);
  }
  std::string difference(bool memory) const { return test::difference(*fast, *exact, memory); }
  std::shared_ptr<vmm::Machine> fast, exact;
};

// Steps from `good`, where both runs stop and agree, to the nearest stop at which they do not.
u64 first_difference(const Maker& make, u64 good, u64 bad) {
  while (good + 1 < bad) {
    const u64 middle = good + (bad - good) / 2;
    Pair pair(make);
    pair.run({.steps = middle});
    (pair.difference(true).empty() ? good : bad) = middle;
  }
  return bad;
}

std::string report(const Maker& make, const Pair& pair, u64 good, const std::string& how) {
  const u64 bad = std::max(pair.fast->steps(), pair.exact->steps());
  const u64 first = first_difference(make, good, bad);
  return fmt::format(
      "parted between steps {} and {} (fast / exact):{}\nfast:  {}\nexact: {}\nbefore step {}:\n{}",
      good, bad, how, describe(*pair.fast), describe(*pair.exact), first,
      instructions_before(make, first, 12));
}

}  // namespace

std::string instructions_before(const Maker& make, u64 step, u64 count) {
  const auto machine = make();
  machine->only_step(true);
  if (step > count) machine->run({.steps = step - count});
  std::string text;
  while (machine->steps() < step && !machine->ending()) {
    const cpu::ArchState state = machine->vm().guest_state();
    const auto word = machine->vm().peek_instruction(state);
    text += fmt::format("  {:>8} {:#010x} {}{}\n", machine->steps(), state.pc,
                        state.supervisor() ? "S " : "U ",
                        word ? zisa::disassemble(*word, state.pc) : "(no instruction)");
    machine->step();
  }
  return text;
}

std::string lockstep(const Maker& make, const LockstepOptions& options) {
  Dice dice(options.seed);
  Pair pair(make);
  u64 good = 0;
  for (u32 stop = 1; !pair.fast->ending(); ++stop) {
    if (options.steps != 0 && pair.fast->steps() >= options.steps) break;
    const u32 stride = dice.chance(20) ? dice.between(1, 5) : dice.between(1, 2 * options.stride);
    // A third of the stops are at a cycle instead of a step.
    if (dice.chance(33))
      pair.run({.pause_at = pair.fast->cycles() + stride});
    else
      pair.run({.steps = pair.fast->steps() + stride});
    const std::string how = pair.difference(stop % options.memory_every == 0);
    if (!how.empty()) return report(make, pair, good, how);
    good = pair.fast->steps();
    if (pair.fast->waits_for_input()) break;
  }
  const std::string how = pair.difference(true);
  return how.empty() ? "" : report(make, pair, 0, how);
}

}  // namespace ringside::test
