// R24: reading the cycle counter with an exit, and with an offset that the hardware adds.
#include <cmath>

#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

session::Options exiting(session::Options options) {
  options.rdcyc_exits = true;
  return options;
}

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "nehalem-2009", guest = "micro-rdcyc";
  const double native = bench.operation(on_bare(guest, preset)).cycles();
  const Counters offset = bench.operation(on_hvm_nested(guest, preset));
  const Counters exits = bench.operation(exiting(on_hvm_nested(guest, preset)));
  out.prediction("exits of one read, with the offset", 0, exactly(0), offset["exits"]);
  out.prediction("exits of one read, exiting", 1, exactly(1), exits["exits"]);
  out.prediction("offset / bare", 1, exactly(1), offset.cycles() / native);
  out.prediction("bare, cycles", "tens", between(10, 100), native);
  out.prediction("exiting, cycles", "thousands", between(1000, 10000), exits.cycles());
  out.measured("exiting / bare (Xen's emulation for paravirtual guests: 15 to 20)",
               exits.cycles() / native);
  std::vector<double> rates, shares, formula;
  for (const u32 plain : {700000u, 145000u, 40000u, 14000u, 4000u, 1400u, 400u, 100u}) {
    const std::string script = "rdcyc plain=" + std::to_string(plain);
    const auto round = [&](session::Options options) {
      return bench.repeated(std::move(options), 20, 40).cycles();
    };
    const double bare = round(on_bare("micro-rate", preset, script));
    const double slow = round(exiting(on_hvm_nested("micro-rate", preset, script)));
    rates.push_back(2.93e9 / slow), shares.push_back(100 * (slow - bare) / slow);
    formula.push_back(100 * rates.back() * (exits.cycles() - native) / 2.93e9);
    if (plain == 145000) {
      out.measured("reads a second", rates.back());
      out.prediction("what they cost at 10000 a second, %", "below 0.3", below(0.3),
                     shares.back() * 1e4 / rates.back());
      out.prediction("the same by rate x price / frequency, of the simulated", 1,
                     within_percent(1, 3), formula.back() / shares.back());
    }
  }
  out.note(
      "0.3 % was said of an emulation that took about 900 cycles at 3 GHz; an exit of this preset "
      "takes twice that.");
  out.lines("reads of the cycle counter a second", "share of the CPU, %", rates,
            {{"simulated", shares}, {"formula", formula}}, true, true);
}

}  // namespace

Experiment cycle_counter() {
  return {"cycle-counter",
          "R24",
          "Reading the cycle counter: exit or offset",
          "A read that exits costs thousands of cycles in place of tens, which nobody notices "
          "below ten thousand reads a "
          "second; an offset added by the hardware costs nothing.",
          "Xen, tscmode (manual); textbook formula",
          {"nehalem-2009"},
          run};
}

}  // namespace ringside::study::experiments
