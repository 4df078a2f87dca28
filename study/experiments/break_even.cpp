// R10: after how many executions a translation has paid for itself.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

#include <cmath>

namespace ringside::study::experiments {

namespace {

/// What executions of one unit cost, beyond everything around it.
class Unit {
 public:
  Unit(Workbench& bench, session::Options options)
      : bench_(bench), options_(std::move(options)), base_(total(0)) {}
  double cost(u32 executions) { return total(executions) - base_; }

 private:
  double total(u32 executions) {
    session::Options options = options_;
    options.append = std::to_string(executions + 1) + " " + options.append;
    return Counters(bench_.run(options)).cycles();
  }
  Workbench& bench_;
  session::Options options_;
  double base_;
};

struct Found {
  double translation, trapped, translated, formula, measured;
  std::vector<double> x, trap_cost, dbt_cost;
};

// The first count at which translated code has cost less, taken between two counts as on a straight
// line.
Found find(Workbench& bench, const std::string& script) {
  const std::string preset = "prescott-2005", guest = "micro-unit";
  Unit trap(bench, on_trap_emulate(guest, preset, script)),
      dbt(bench, on_dbt(guest, preset, script));
  Found f{};
  f.trapped = (trap.cost(200) - trap.cost(100)) / 100;
  f.translated = (dbt.cost(200) - dbt.cost(100)) / 100;
  f.translation = dbt.cost(1) - f.translated;
  f.formula = f.translation / (f.trapped - f.translated);
  f.measured = NAN;
  double before = 0;
  for (u32 n = 0; n <= 60 && !bench.error(); n += 2) {
    f.x.push_back(n), f.trap_cost.push_back(trap.cost(n)), f.dbt_cost.push_back(dbt.cost(n));
    const double ahead = f.trap_cost.back() - f.dbt_cost.back();
    if (ahead >= 0 && n > 0 && std::isnan(f.measured))
      f.measured = n - 2 * ahead / (ahead - before);
    before = ahead;
  }
  return f;
}

void rows(Outcome& out, const std::string& what, double published, const Found& f) {
  out.prediction(what + ": executions to break even", published, within_percent(published, 25),
                 f.measured);
  out.prediction(what + ": the same by B / (h - p) of measured prices", f.formula,
                 within_percent(f.formula, 5), f.measured);
  out.measured(what + ": B, cycles to translate the unit", f.translation);
  out.measured(what + ": h, cycles with a trap", f.trapped);
  out.measured(what + ": p, cycles translated", f.translated);
}

void run(Workbench& bench, Outcome& out) {
  const Found cached = find(bench, ""), callout = find(bench, "callout");
  rows(out, "in the cache", 15.2, cached);
  rows(out, "call-out", 35.6, callout);
  out.note(
      "15.2 and 35.6 are 27600 (twelve instructions at 2300 cycles) over the 1814 and 776 cycles "
      "by which "
      "2030 exceeds 216 and 1254.");
  out.lines("executions", "cycles since the first, translation included", cached.x,
            {{"trap-and-emulate", cached.trap_cost},
             {"dbt, in the cache", cached.dbt_cost},
             {"trap-and-emulate, TLBINV", callout.trap_cost},
             {"dbt, call-out", callout.dbt_cost}});
}

}  // namespace

Experiment break_even() {
  return {"break-even",
          "R10",
          "When a translation has paid for itself",
          "A unit of twelve instructions with a sensitive one is worth translating once it runs "
          "more than B / (h - p) "
          "times.",
          "textbook formula with prices of Adams and Agesen 2006",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
