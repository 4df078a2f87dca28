// R13: programs that compute.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

Counters primes(Workbench& bench, session::Options options) {
  const auto of = [&](u32 n) {
    options.append = "primes " + std::to_string(bench.times(n));
    return Counters(bench.run(options));
  };
  return of(30000) - of(10000);
}

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "prescott-2005";
  const double bare = primes(bench, on_bare("zos", preset)).cycles();
  const double dbt = primes(bench, on_dbt("zos", preset)).cycles() / bare;
  const double hvm = primes(bench, on_hvm_shadow("zos", preset)).cycles() / bare;
  out.prediction("dbt / bare", 1.04, below(1.10), dbt);
  out.prediction("hvm / bare", 1.05, below(1.10), hvm);
  out.note("Counting primes is all user code between ticks of the timer; the published means are those of twelve "
           "SPECint programs, which miss the TLB and use caches.");
  out.bars("strategy", "time, of that on the bare machine", {"bare", "dbt", "hvm"}, {1, dbt, hvm}, {1, 1.04, 1.05}, false);
}

}  // namespace

Experiment user_code() {
  return {"user-code", "R13", "Code that only computes runs at full speed",
          "Programs that stay in user mode are slowed down by less than a tenth, however they are virtualized.",
          "Adams and Agesen 2006, figure 2", {"prescott-2005"}, run};
}

}  // namespace ringside::study::experiments
