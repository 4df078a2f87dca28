// R18: the hardware's part of an exit, by generation of CPU.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

struct Generation {
  const char* preset;
  double published;  ///< of the hardware alone
};
constexpr Generation kGenerations[] = {{"prescott-2005", 3963}, {"core2-2006", 1579},
                                       {"penryn-2008", 1266},   {"nehalem-2009", 1009},
                                       {"westmere-2010", 761},  {"sandybridge-2011", 784}};

void run(Workbench& bench, Outcome& out) {
  std::vector<std::string> names;
  std::vector<double> hardware, whole, published;
  for (const Generation& each : kGenerations) {
    const Counters exit = bench.operation(on_hvm_shadow("micro-tlbinv", each.preset));
    names.push_back(each.preset);
    hardware.push_back((exit["cost:vm_exit"] + exit["cost:vm_entry"]) / exit["exits"]);
    whole.push_back(exit.cycles() / exit["exits"]);
    published.push_back(each.published);
    out.calibration(names.back() + ": hardware of an exit and entry, cycles", each.published,
                    hardware.back());
    out.measured(names.back() + ": the whole exit, as the guest sees it", whole.back());
  }
  const Counters modern = bench.operation(on_hvm_shadow("micro-tlbinv", "modern"));
  out.measured("modern: the whole exit (published of CPUID, a simpler one: 1018)",
               modern.cycles() / modern["exits"]);
  out.prediction("whole exit, sandybridge-2011 / prescott-2005", "-", below(1),
                 whole[5] / whole[0]);
  out.measured("hardware's share, prescott-2005", hardware[0] / whole[0]);
  out.measured("hardware's share, sandybridge-2011", hardware[5] / whole[5]);
  out.note(
      "The exit is a TLBINV under shadow paging. The table has set vm_exit and vm_entry of each "
      "preset.");
  out.grouped_bars(
      "CPU", "cycles of an exit and the entry after it", names,
      {{"hardware", hardware}, {"published", published, true}, {"as the guest sees it", whole}});
}

}  // namespace

Experiment round_trip() {
  return {"round-trip",
          "R18",
          "The same exit on six generations of CPUs",
          "The hardware's part of an exit fell by four fifths in six years; the software's part "
          "did not fall with it.",
          "Agesen and others 2012, table 1",
          {"prescott-2005", "core2-2006", "penryn-2008", "nehalem-2009", "westmere-2010",
           "sandybridge-2011", "modern"},
          run};
}

}  // namespace ringside::study::experiments
