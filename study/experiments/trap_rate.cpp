// R25: what a rate of trapping instructions costs.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "prescott-2005";
  const double price = bench.operation(on_trap_emulate("micro-cr-read", preset)).cycles();
  std::vector<double> rates, shares, formula;
  double at_a_million = 0;
  for (const u32 plain : {885u, 60000u, 20000u, 6000u, 2000u, 600u, 200u, 60u, 1u}) {
    const auto options = on_trap_emulate("micro-rate", preset, "plain=" + std::to_string(plain));
    const Counters all = bench.repeated(options, bench.times(100), 2 * bench.times(100));
    const double rate = 3.8e9 / all.cycles();
    const double share = (all["account:vmm"] + all["account:hardware"]) / all.cycles();
    if (plain == 885) {
      out.measured("trapping instructions a second", rate);
      at_a_million = share * 1e6 / rate;
      continue;
    }
    rates.push_back(rate), shares.push_back(100 * share),
        formula.push_back(100 * rate * price / 3.8e9);
  }
  out.prediction("of a core, a million a second (2030 cycles at 3.8 GHz), %", 53.4,
                 within_percent(53.4, 3), 100 * at_a_million);
  out.measured("price of one, cycles", price);
  for (std::size_t i = 0; i < rates.size(); i += 3)
    out.prediction("at " + figure(rates[i]) + " a second, %; by rate x price / frequency",
                   formula[i], within_percent(formula[i], 4), shares[i]);
  out.note("At 3000 cycles and 3 GHz the same formula gives a whole core for a million a second.");
  out.lines("trapping instructions a second", "share of the CPU, %", rates,
            {{"simulated", shares}, {"formula", formula}}, true);
}

}  // namespace

Experiment trap_rate() {
  return {
      "trap-rate",
      "R25",
      "A million traps a second",
      "What trapping costs is the rate times the price: half a Pentium 4 at a million a second.",
      "textbook formula with a price of Adams and Agesen 2006",
      {"prescott-2005"},
      run};
}

}  // namespace ringside::study::experiments
