// R08: a store into a page table under shadow paging.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "prescott-2005", guest = "micro-pte-write";
  const Counters native = bench.operation(on_bare(guest, preset));
  const Counters dbt = bench.operation(on_dbt(guest, preset));
  const Counters hvm = bench.operation(on_hvm_shadow(guest, preset));
  const Counters trapped = bench.operation(on_trap_emulate(guest, preset));
  const Counters full = bench.operation(on_dbt("micro-tlbinv", preset));
  out.calibration("bare machine, cycles", 1, native.cycles());
  out.order("1 < 391 < 12733",
            {{"bare", native.cycles()}, {"dbt", dbt.cycles()}, {"hvm", hvm.cycles()}});
  out.prediction("hvm / dbt", 12733.0 / 391, between(25, 40), hvm.cycles() / dbt.cycles());
  out.prediction("hvm, cycles", 12733, within_percent(12733, 10), hvm.cycles());
  out.calibration("a light call-out", 390, dbt["cost:callout_light"]);
  out.calibration("a full call-out", 1254, full["cost:callout_full"]);
  out.calibration("the VMM decodes and emulates a memory instruction", 3300,
                  trapped["cost:vmm_decode"] + trapped["cost:vmm_memory"]);
  const Counters simple = bench.operation(on_trap_emulate("micro-cr-read", preset));
  const double left =
      2030 - simple["cost:trap_fault"] - simple["cost:trap_return"] - simple["cost:vmm_dispatch"];
  out.calibration("the same of a simple privileged one: 2030 less trap and dispatch", left,
                  simple["cost:vmm_decode"] + simple["cost:vmm_emulate"]);
  out.measured("trap-and-emulate, cycles", trapped.cycles());
  out.note(
      "A VMM that translates replaces the store that keeps trapping by a call-out; one with "
      "hardware "
      "assistance takes the exit every time, and finds out every time what it meant.");
  out.bars("strategy", "cycles of one store into a page table", {"bare", "dbt", "hvm"},
           {native.cycles(), dbt.cycles(), hvm.cycles()}, {1, 391, 12733});
}

}  // namespace

Experiment pte_write() {
  return {"pte-write",
          "R08",
          "A store into a page table under shadow paging",
          "With hardware assistance of the first generation it costs thirty times what adaptive "
          "translation makes "
          "of it.",
          "Adams and Agesen 2006, figure 3",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
