// Adjacent call-outs as one.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "prescott-2005", guest = "micro-callouts";
  std::vector<double> with, without;
  for (const std::string kind : {"full", ""}) {
    auto options = on_dbt(guest, preset, kind);
    const Counters on = bench.operation(options);
    options.coalesce = false;
    const Counters off = bench.operation(options);
    const std::string charge = kind == "full" ? "count:callout_full" : "count:callout_light";
    const std::string name = kind == "full" ? "three full call-outs" : "three light call-outs";
    out.prediction(name + ": paid where coalesced", 1, exactly(1), on[charge]);
    out.prediction(name + ": paid where not", 3, exactly(3), off[charge]);
    out.measured(name + ": cycles, coalesced", on.cycles());
    out.measured(name + ": cycles, not", off.cycles());
    with.push_back(on.cycles()), without.push_back(off.cycles());
  }
  out.prediction("full ones: coalesced / not", "below 1", below(1), with[0] / without[0]);
  out.prediction("light ones: coalesced / not", "below 1", below(1), with[1] / without[1]);
  out.note(
      "What joins a call-out pays callout_join, assumed to be half of a light call-out, in place of a call of its "
      "own: how much is gained follows from that assumption.");
  out.grouped_bars("what is next to each other", "cycles of the three",
                   {"full call-outs", "light call-outs"},
                   {{"coalesced", with}, {"not coalesced", without}}, false);
}

}  // namespace

Experiment coalescing() {
  return {"coalescing",
          "",
          "Adjacent sensitive instructions as one call-out",
          "Three sensitive instructions next to each other need not leave the translation cache "
          "three times.",
          "textbook claim",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
