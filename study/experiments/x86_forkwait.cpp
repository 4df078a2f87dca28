// R11 on x86: many short processes, the worst case of shadow paging.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

struct Result {
  Counters bare, dbt, hvm;
  double ratio() const { return (hvm.cycles() - bare.cycles()) / (dbt.cycles() - bare.cycles()); }
};

Counters per_fork(Workbench& bench, session::Options options) {
  const u32 n = bench.times(200);
  const auto of = [&](u32 times) {
    options.append = "forkwait " + std::to_string(times);
    return Counters(bench.run(options));
  };
  return (of(2 * n) - of(n)) / n;
}

Result forks(Workbench& bench, const std::string& preset) {
  return {per_fork(bench, on_x86("bare", "zos", preset)), per_fork(bench, on_x86("dbt", "zos", preset)),
          per_fork(bench, on_x86("hvm", "zos", preset))};
}

void judge(Outcome& out, const std::string& preset, double published, const Result& r) {
  out.order("the order",
            {{preset + ": bare", r.bare.cycles()}, {"dbt", r.dbt.cycles()}, {"hvm", r.hvm.cycles()}});
  out.prediction(preset + ": (hvm - bare) / (dbt - bare)", published, within_factor(published, 2), r.ratio());
  out.measured(preset + ": dbt / bare", r.dbt.cycles() / r.bare.cycles());
  out.measured(preset + ": hvm / bare", r.hvm.cycles() / r.bare.cycles());
  out.measured(preset + ": exits of one fork under hvm", r.hvm["exits"]);
}

void run(Workbench& bench, Outcome& out) {
  const Result p4 = forks(bench, "prescott-2005"), core2 = forks(bench, "core2-2006");
  judge(out, "prescott-2005", 3.25, p4);
  judge(out, "core2-2006", 2.3, core2);
  out.prediction("that ratio on core2-2006 / on prescott-2005", 2.3 / 3.25, below(1), core2.ratio() / p4.ratio());
  out.note("The ratios to the bare machine (published 6.1 and 17.7, then 7.0 and 14.8) depend on how much a kernel does for a "
           "fork, and zos does less than Linux.");
  out.grouped_bars("preset", "cycles of one fork and wait", {"prescott-2005", "core2-2006"},
                   {{"bare", {p4.bare.cycles(), core2.bare.cycles()}},
                    {"dbt", {p4.dbt.cycles(), core2.dbt.cycles()}},
                    {"hvm, shadow", {p4.hvm.cycles(), core2.hvm.cycles()}}});
}

}  // namespace

Experiment x86_forkwait() {
  return {"x86-forkwait", "R11", "Many short processes on x86: exits against translation",
          "Forking and waiting is slowed down six times by translation and eighteen times by the first hardware assistance; "
          "faster exits narrow the gap and do not close it.",
          "Adams and Agesen 2006, section 6.2", {"prescott-2005", "core2-2006"}, run};
}

}  // namespace ringside::study::experiments
