// R26: references of a page walk in two dimensions.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

double references(Workbench& bench, session::Options options, unsigned levels) {
  options.append = "z" + std::to_string(levels);
  return bench.operation(options, 100)["count:walk_reference"];
}

void run(Workbench& bench, Outcome& out) {
  const std::string guest = "micro-walk";
  std::vector<double> x;
  std::vector<Series> series{{"bare machine", {}}};
  for (unsigned n = 1; n <= 5; ++n) {
    x.push_back(n);
    series[0].y.push_back(references(bench, on_bare(guest, "textbook"), n));
    out.prediction("levels " + std::to_string(n) + ", bare", n, exactly(n), series[0].y.back());
  }
  for (unsigned m = 1; m <= 5; ++m) {
    series.push_back({"nested, " + std::to_string(m) + " host levels", {}});
    for (unsigned n = 1; n <= 5; ++n) {
      const double formula = (n + 1) * (m + 1) - 1;
      series.back().y.push_back(references(bench, on_hvm_nested(guest, "textbook", "", m), n));
      out.prediction("levels " + std::to_string(n) + " in " + std::to_string(m), formula,
                     exactly(formula), series.back().y.back());
    }
  }
  const Counters whole = bench.operation(on_hvm_nested(guest, "textbook", "z4", 4), 100);
  out.prediction("4 in 4 with the access itself", 25, exactly(25),
                 whole["count:walk_reference"] + whole["count:data_access"]);
  out.note(
      "Published: 4 in 4 is 24, 4 in 3 and 3 in 4 are 19, 3 in 3 is 15, 5 in 5 is 35; the formula "
      "is "
      "(n + 1)(m + 1) - 1 with n levels of the guest and m of the host. No walk cache, no nested "
      "TLB.");
  out.lines("levels of the guest's tables", "references of a walk", x, series);
}

}  // namespace

Experiment nested_walk() {
  return {"nested-walk",
          "R26",
          "How long a walk in two dimensions is",
          "A walk of n levels nested in m takes (n + 1)(m + 1) - 1 references: 24 where one "
          "machine alone takes 4.",
          "Bhargava and others 2008",
          {"textbook"},
          run};
}

}  // namespace ringside::study::experiments
