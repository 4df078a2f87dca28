// What the experiments of R11 on both ISAs share: the costs of one fork and wait of zos, and the rows made of them.
#pragma once

#include "study/workbench.hpp"

namespace ringside::study::experiments {

struct Forks {
  Counters bare, dbt, hvm;
  double ratio() const { return (hvm.cycles() - bare.cycles()) / (dbt.cycles() - bare.cycles()); }
};

/// Runs zos on these machines; what one fork and wait costs on each.
inline Forks forks(Workbench& bench, const session::Options& bare, const session::Options& dbt,
                   const session::Options& hvm) {
  const u32 n = bench.times(200);
  const auto per_fork = [&](session::Options options) {
    const auto of = [&](u32 times) {
      options.append = "forkwait " + std::to_string(times);
      return Counters(bench.run(options));
    };
    return (of(2 * n) - of(n)) / n;
  };
  return {per_fork(bare), per_fork(dbt), per_fork(hvm)};
}

/// The order, and the ratio that was published.
inline void judge_ratio(Outcome& out, const std::string& preset, double published, const Forks& r) {
  out.order("the order",
            {{preset + ": bare", r.bare.cycles()}, {"dbt", r.dbt.cycles()}, {"hvm", r.hvm.cycles()}});
  out.prediction(preset + ": (hvm - bare) / (dbt - bare)", published, within_factor(published, 2), r.ratio());
}

inline void measure_slow_down(Outcome& out, const std::string& preset, const Forks& r) {
  out.measured(preset + ": dbt / bare", r.dbt.cycles() / r.bare.cycles());
  out.measured(preset + ": hvm / bare", r.hvm.cycles() / r.bare.cycles());
}

/// How the ratio falls from one CPU to the next, and the chart.
inline void compare_presets(Outcome& out, const Forks& p4, const Forks& core2) {
  out.prediction("that ratio on core2-2006 / on prescott-2005", 2.3 / 3.25, below(1), core2.ratio() / p4.ratio());
  out.note("The ratios to the bare machine (published 6.1 and 17.7, then 7.0 and 14.8) depend on how much a kernel does for a "
           "fork, and zos does less than Linux.");
  out.grouped_bars("preset", "cycles of one fork and wait", {"prescott-2005", "core2-2006"},
                   {{"bare", {p4.bare.cycles(), core2.bare.cycles()}},
                    {"dbt", {p4.dbt.cycles(), core2.dbt.cycles()}},
                    {"hvm, shadow", {p4.hvm.cycles(), core2.hvm.cycles()}}});
}

}  // namespace ringside::study::experiments
