// R28: the mean time of an access by the hit rate of the TLB.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

// References for each load, the walks' included.
double per_load(Workbench& bench, const session::Options& options) {
  const Counters round = bench.operation(options, 50);
  return (round["count:data_access"] + round["count:walk_reference"]) / round["count:data_access"];
}

void run(Workbench& bench, Outcome& out) {
  std::vector<double> hit_rates, nested, shadow;
  for (const u32 misses : {0, 1, 2, 3, 5, 10}) {
    const std::string script = "z4 loads=100 misses=" + std::to_string(misses);
    hit_rates.push_back(1 - misses / 100.0);
    nested.push_back(per_load(bench, on_hvm_nested("micro-walk", "textbook", script, 4)));
    shadow.push_back(per_load(bench, on_hvm_shadow("micro-walk", "textbook", script)));
    if (misses != 1 && misses != 3) continue;
    const double h = hit_rates.back();
    out.prediction("nested, hit rate " + figure(h), 25 - 24 * h, within_percent(25 - 24 * h, 1),
                   nested.back());
    out.prediction("shadow, hit rate " + figure(h), 5 - 4 * h, within_percent(5 - 4 * h, 1),
                   shadow.back());
  }
  out.note(
      "In references to memory: L (25 - 24 h) nested, L (5 - 4 h) with shadow tables of four "
      "levels.");
  out.lines("hit rate of the TLB", "references for one load", hit_rates,
            {{"nested, 4 in 4", nested}, {"shadow, 4", shadow}});
}

}  // namespace

Experiment hit_rate() {
  return {"hit-rate",
          "R28",
          "What a miss of the TLB costs on the average",
          "One miss in a hundred makes the mean access a quarter dearer with nested paging of four "
          "levels in four.",
          "textbook formula",
          {"textbook"},
          run};
}

}  // namespace ringside::study::experiments
