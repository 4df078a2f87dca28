// Shadow against nested paging: page-table writes against misses of the TLB.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

#include <cmath>

namespace ringside::study::experiments {

namespace {

struct Ways {
  double shadow, nested;
};

Ways cost(Workbench& bench, u32 misses, u32 writes) {
  const std::string preset = "prescott-2005", guest = "micro-walk";
  const std::string script = "z4 loads=" + std::to_string(misses) +
                             " misses=" + std::to_string(misses) +
                             " writes=" + std::to_string(writes);
  return {bench.operation(on_hvm_shadow(guest, preset, script), 100).cycles(),
          bench.operation(on_hvm_nested(guest, preset, script, 4), 100).cycles()};
}

void run(Workbench& bench, Outcome& out) {
  std::vector<double> x, shadow, nested;
  double crossing = NAN, before = 0;
  for (const u32 misses : {5, 10, 20, 30, 40, 50, 60, 70, 80, 100, 150, 200}) {
    const Ways ways = cost(bench, misses, 1);
    const double ahead = ways.nested - ways.shadow;
    if (ahead >= 0 && before < 0)
      crossing = x.back() + (misses - x.back()) * before / (before - ahead);
    x.push_back(misses), shadow.push_back(ways.shadow), nested.push_back(ways.nested);
    before = ahead;
  }
  const Ways one = cost(bench, 100, 0), write = cost(bench, 100, 1);
  const double w1 = one.shadow / 100, w2 = one.nested / 100, trace = write.shadow - one.shadow;
  out.prediction("misses for each write at the break-even", 58, within_percent(58, 15), crossing);
  const double formula = trace / (w2 - w1);
  out.prediction("the same by c_trace / (w2 - w1) of measured prices", formula,
                 within_percent(formula, 5), crossing);
  out.measured("c_trace: a write under shadow paging, cycles", trace);
  out.measured("w2 - w1: how much longer a nested walk of 4 in 4 takes", w2 - w1);
  out.prediction("few misses: nested / shadow", "below 1", below(1),
                 nested.front() / shadow.front());
  out.prediction("many misses: nested / shadow", "above 1", above(1),
                 nested.back() / shadow.back());
  out.note(
      "58 is the published price of a traced write, 12733, over 20 references of 11 cycles. The "
      "CPU of this preset "
      "had no nested paging: its other prices are taken for both.");
  out.lines("misses of the TLB for each page-table write", "cycles for one write and its misses", x,
            {{"shadow", shadow}, {"nested, 4 in 4", nested}});
}

}  // namespace

Experiment shadow_or_nested() {
  return {"shadow-or-nested",
          "",
          "Shadow or nested paging: the break-even",
          "Nested paging wins unless a load misses the TLB some tens of times for each page-table "
          "update.",
          "derived from Adams and Agesen 2006 and Bhargava and others 2008",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
