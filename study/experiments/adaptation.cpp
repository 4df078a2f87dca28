// R17: an instruction that keeps trapping is translated anew.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

double of(Workbench& bench, session::Options options, u32 n, const std::string& exit) {
  options.append = std::to_string(n) + " " + options.append;
  return Counters(bench.run(options)).all("exits:" + exit);
}

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "prescott-2005", traced = "PAGE_FAULT traced write",
                    call = "CALLOUT light sw";
  const auto adaptive = on_dbt("micro-pte-write", preset);
  auto fixed = adaptive;
  fixed.adaptive = false;
  std::vector<double> x, with, without;
  for (const u32 n : {1, 2, 4, 8, 16, 64, 256, 1024}) {
    x.push_back(n);
    with.push_back(of(bench, adaptive, n, traced));
    without.push_back(of(bench, fixed, n, traced));
  }
  out.prediction("traps after 256 writes, to 1024: adaptive", 0, exactly(0), with[7] - with[6]);
  out.prediction("the same: not adaptive", 768, exactly(768), without[7] - without[6]);
  out.measured("traps until the instruction is retranslated", with[7]);
  out.measured("cycles of a write, adaptive", bench.operation(adaptive).cycles());
  out.measured("cycles of a write, not adaptive", bench.operation(fixed).cycles());
  const double back =
      of(bench, on_dbt("micro-walk", preset, "loads=1 misses=0 writes=1 until=2000"), 4000, call);
  out.measured(
      "2000 writes to a table, then 2000 to plain memory by the same instruction: call-outs", back);
  out.prediction("it goes back: call-outs / writes", "below 1", below(0.75), back / 4000);
  out.lines("writes to a page table", "traps", x, {{"adaptive", with}, {"not adaptive", without}},
            true);
}

}  // namespace

Experiment adaptation() {
  return {"adaptation",
          "R17",
          "Adaptive translation: innocent until proven guilty",
          "A store that keeps hitting page tables is retranslated to a call-out, and traps no "
          "more; one that has "
          "stopped doing so becomes itself again.",
          "Adams and Agesen 2006, section 5",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
