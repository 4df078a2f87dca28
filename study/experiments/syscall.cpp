// R02: a system call under the three ways to virtualize.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "prescott-2005", guest = "micro-syscall";
  const Counters native = bench.operation(on_bare(guest, preset));
  const Counters dbt = bench.operation(on_dbt(guest, preset));
  const Counters hvm = bench.operation(on_hvm_shadow(guest, preset));
  out.calibration("bare machine, cycles", 242, native.cycles());
  out.prediction("hvm / bare", 246.0 / 242, below(1.05), hvm.cycles() / native.cycles());
  out.prediction("dbt / bare", 2308.0 / 242, between(8, 11), dbt.cycles() / native.cycles());
  out.measured("dbt, cycles (published: 2308)", dbt.cycles());
  const double roots =
      dbt["cost:vmm_switch"] + dbt["cost:tlb_invalidate"] + dbt["cost:walk_reference"];
  out.measured("of these, changing the shadow root twice", roots);
  out.note(
      "On Z-ISA the de-privileged kernel and its users run in one real mode, so each virtual mode "
      "has a shadow "
      "root of its own, and a system call changes it twice. The measured VMM had rings and segment "
      "limits to "
      "keep them apart in one address space: it paid nothing there.");
  out.bars("strategy", "cycles of one system call", {"bare", "dbt", "hvm"},
           {native.cycles(), dbt.cycles(), hvm.cycles()}, {242, 2308, 246}, false);
}

}  // namespace

Experiment syscall() {
  return {"syscall",
          "R02",
          "A system call: translation pays, assistance does not",
          "Binary translation makes a system call eight to eleven times as dear; with hardware "
          "assistance it "
          "costs what it costs natively.",
          "Adams and Agesen 2006, figure 3",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
