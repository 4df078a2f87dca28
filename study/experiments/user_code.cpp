// R13: programs that compute.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "prescott-2005", guest = "micro-compute";
  // The whole run, its start included, as a program is measured.
  const auto whole = [&](session::Options options) {
    options.append = std::to_string(bench.times(1'000'000));
    return Counters(bench.run(options));
  };
  const Counters bare = whole(on_bare(guest, preset)), dbt = whole(on_dbt(guest, preset)),
                 hvm = whole(on_hvm_shadow(guest, preset)),
                 trap = whole(on_trap_emulate(guest, preset));
  out.prediction("dbt / bare", 1.04, below(1.10), dbt.cycles() / bare.cycles());
  out.prediction("hvm / bare", 1.05, below(1.10), hvm.cycles() / bare.cycles());
  out.measured("trap-and-emulate / bare", trap.cycles() / bare.cycles());
  out.measured("dbt: exits in the run", dbt["exits"]);
  out.measured("hvm: exits in the run", hvm["exits"]);
  out.note(
      "User code in four pages, with calls, loads and stores, and no ticks of a timer. The "
      "published means are those "
      "of twelve SPECint programs, whose memory comes into being and misses the TLB; a kernel "
      "under them is not idle.");
  out.bars("strategy", "time, of that on the bare machine", {"bare", "dbt", "hvm"},
           {1, dbt.cycles() / bare.cycles(), hvm.cycles() / bare.cycles()}, {1, 1.04, 1.05}, false);
}

}  // namespace

Experiment user_code() {
  return {"user-code",
          "R13",
          "Code that only computes runs at full speed",
          "Programs that stay in user mode are slowed down by less than a tenth, however they are "
          "virtualized.",
          "Adams and Agesen 2006, figure 2",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
