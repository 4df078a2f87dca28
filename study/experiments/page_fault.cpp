// R06: a page fault that is the guest's own.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

#include <cmath>

namespace ringside::study::experiments {

namespace {

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "prescott-2005", guest = "micro-walk", script = "denied";
  const Counters bare = bench.operation(on_bare(guest, preset, script));
  const Counters dbt = bench.operation(on_dbt(guest, preset, script));
  const Counters hvm = bench.operation(on_hvm_shadow(guest, preset, script));
  const Counters nested = bench.operation(on_hvm_nested(guest, preset, script));
  out.order("1093 < 3927 < 11242",
            {{"bare", bare.cycles()}, {"dbt", dbt.cycles()}, {"hvm", hvm.cycles()}});
  out.prediction("hvm / dbt", 11242.0 / 3927, between(2.0, 3.8), hvm.cycles() / dbt.cycles());
  out.measured("bare, cycles (published: 1093)", bare.cycles());
  out.measured("dbt, cycles (published: 3927)", dbt.cycles());
  out.measured("hvm with shadow paging, cycles (published: 11242, which set hvm_handler)",
               hvm.cycles());
  out.measured("exits per fault, shadow paging", hvm["exits"]);
  out.measured("fields of the control block read per exit (published: about 10)",
               hvm["count:vmread"] / hvm["exits"]);
  out.measured("exits per fault, nested paging", nested["exits"]);
  out.note(
      "The kernel touches a page that it has not mapped and its handler steps over the access, so "
      "that no page "
      "table is written. The figure 11242 went into the preset with ten field reads for an exit; "
      "this VMM reads "
      "fewer for a fault.");
  out.bars("strategy", "cycles of one page fault", {"bare", "dbt", "hvm, shadow", "hvm, nested"},
           {bare.cycles(), dbt.cycles(), hvm.cycles(), nested.cycles()}, {1093, 3927, 11242, NAN});
}

}  // namespace

Experiment page_fault() {
  return {"page-fault",
          "R06",
          "A page fault of the guest's own under shadow paging",
          "The VMM has to find out that a fault is the guest's own; with an exit that is three "
          "times as dear as under "
          "translation.",
          "Adams and Agesen 2006, figure 3",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
