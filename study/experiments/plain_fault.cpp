// R07: a fault that needs no work on memory.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "prescott-2005", guest = "micro-fault";
  const double native = bench.operation(on_bare(guest, preset)).cycles();
  const double dbt = bench.operation(on_dbt(guest, preset)).cycles();
  const double hvm = bench.operation(on_hvm_shadow(guest, preset)).cycles();
  out.calibration("bare machine, cycles", 889, native);
  out.prediction("hvm / bare", 1014.0 / 889, between(1, 1.25), hvm / native);
  out.prediction("dbt / hvm", 3223.0 / 1014, above(2), dbt / hvm);
  out.prediction("dbt, cycles", 3223, within_percent(3223, 15), dbt);
  out.note(
      "A word that is no instruction stands for the division by zero, which does not fault here.");
  out.bars("strategy", "cycles of one fault", {"bare", "dbt", "hvm"}, {native, dbt, hvm},
           {889, 3223, 1014}, false);
}

}  // namespace

Experiment plain_fault() {
  return {"plain-fault",
          "R07",
          "A fault that is no page fault: nobody needs the VMM",
          "A divide fault goes straight to the guest's kernel with hardware assistance, and "
          "through the VMM under "
          "translation: the order of the page fault is reversed.",
          "Adams and Agesen 2006, figure 3",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
