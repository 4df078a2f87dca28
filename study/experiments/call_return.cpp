// R05: calls and returns, which translation alone has to look up.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "prescott-2005", guest = "micro-call-return";
  const double native = bench.operation(on_bare(guest, preset)).cycles();
  const double dbt = bench.operation(on_dbt(guest, preset)).cycles();
  const double hvm = bench.operation(on_hvm_shadow(guest, preset)).cycles();
  const double trap = bench.operation(on_trap_emulate(guest, preset)).cycles();
  out.calibration("bare machine, cycles", 11, native);
  out.calibration("dbt less bare, cycles", 40, dbt - native);
  out.prediction("hvm less bare, cycles", 0, exactly(0), hvm - native);
  out.prediction("trap-and-emulate less bare, cycles", 0, exactly(0), trap - native);
  out.bars("strategy", "cycles of a call and its return", {"bare", "dbt", "hvm"},
           {native, dbt, hvm}, {11, 51, 11}, false);
}

}  // namespace

Experiment call_return() {
  return {"call-return",
          "R05",
          "A call and its return: the price of a computed jump",
          "Translated code looks up where a return goes, 40 cycles; nobody else pays.",
          "Adams and Agesen 2006, figure 3",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
