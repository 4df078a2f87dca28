// Trap-and-emulate against translation as sensitive instructions become frequent.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

#include <cmath>

namespace ringside::study::experiments {

namespace {

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "prescott-2005", guest = "micro-rate";
  std::vector<double> rates, trap, dbt;
  double crossing = NAN, before = 0, last_rate = 0;
  const u32 n = bench.times(200);
  for (const u32 calls : {1000u, 400u, 200u, 100u, 70u, 50u, 40u, 30u, 20u, 10u, 3u, 1u}) {
    const std::string script = "calls=" + std::to_string(calls);
    const Counters bare = bench.repeated(on_bare(guest, preset, script), n, 2 * n);
    const double native = bare.cycles();
    rates.push_back(1000 / bare["instructions"]);
    trap.push_back(bench.repeated(on_trap_emulate(guest, preset, script), n, 2 * n).cycles() /
                   native);
    dbt.push_back(bench.repeated(on_dbt(guest, preset, script), n, 2 * n).cycles() / native);
    const double ahead = trap.back() - dbt.back();
    if (ahead >= 0 && before < 0)
      crossing = last_rate + (rates.back() - last_rate) * before / (before - ahead);
    before = ahead, last_rate = rates.back();
  }
  const double h = bench.operation(on_trap_emulate("micro-cr-read", preset)).cycles();
  const double p = bench.operation(on_dbt("micro-cr-read", preset)).cycles();
  const double hash = bench.operation(on_dbt("micro-call-return", preset)).cycles() -
                      bench.operation(on_bare("micro-call-return", preset)).cycles();
  const double calls = (h - p) / hash;
  const double formula = 1000 / (5 * calls + 8);
  out.prediction(
      "sensitive instructions in a thousand at the crossing; by (h - p) / (price of a call)",
      formula, within_percent(formula, 10), crossing);
  out.prediction("rare ones: dbt / trap-and-emulate", "above 1", above(1),
                 dbt.front() / trap.front());
  out.prediction("frequent ones: dbt / trap-and-emulate", "below 1", below(1),
                 dbt.back() / trap.back());
  out.measured("calls between two sensitive instructions at the crossing, by the formula", calls);
  out.note(
      "Code that is warm. Translation pays for each computed jump, so for each return; "
      "trap-and-emulate for each "
      "sensitive instruction alone. A round has five instructions for a call and eight others.");
  out.lines("sensitive instructions in a thousand", "time, of that on the bare machine", rates,
            {{"trap-and-emulate", trap}, {"dbt", dbt}}, true, true);
}

}  // namespace

Experiment crossover() {
  return {"crossover",
          "",
          "Trap-and-emulate or translation: where they cross",
          "Where sensitive instructions are rare, trapping is cheaper than translating all of the "
          "kernel; where they are "
          "frequent, translation wins.",
          "textbook claim",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
