// R11 on x86: many short processes, the worst case of shadow paging.
#include "study/experiments/catalogue.hpp"
#include "study/experiments/forks.hpp"

namespace ringside::study::experiments {

namespace {

Forks forks_on_x86(Workbench& bench, const std::string& preset) {
  return forks(bench, on_x86("bare", "zos", preset), on_x86("dbt", "zos", preset), on_x86("hvm", "zos", preset));
}

void judge(Outcome& out, const std::string& preset, double published, const Forks& r) {
  judge_ratio(out, preset, published, r);
  measure_slow_down(out, preset, r);
  out.measured(preset + ": exits of one fork under hvm", r.hvm["exits"]);
}

void run(Workbench& bench, Outcome& out) {
  const Forks p4 = forks_on_x86(bench, "prescott-2005"), core2 = forks_on_x86(bench, "core2-2006");
  judge(out, "prescott-2005", 3.25, p4);
  judge(out, "core2-2006", 2.3, core2);
  compare_presets(out, p4, core2);
}

}  // namespace

Experiment x86_forkwait() {
  return {"x86-forkwait", "R11", "Many short processes on x86: exits against translation",
          "Forking and waiting is slowed down six times by translation and eighteen times by the first hardware assistance; "
          "faster exits narrow the gap and do not close it.",
          "Adams and Agesen 2006, section 6.2", {"prescott-2005", "core2-2006"}, run};
}

}  // namespace ringside::study::experiments
