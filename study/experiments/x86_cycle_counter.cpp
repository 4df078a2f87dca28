// R24 on x86: RDTSC with an exit, and with an offset that the hardware adds.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

struct Preset {
  const char* name;
  double hertz;
};
constexpr Preset kPresets[] = {{"prescott-2005", 3.8e9}, {"core2-2006", 2.66e9}};

session::Options hvm(const std::string& preset, bool exits) {
  session::Options options = on_x86("hvm", "micro-rdtsc", preset);
  options.rdcyc_exits = exits;
  return options;
}

void run(Workbench& bench, Outcome& out) {
  std::vector<std::string> names;
  std::vector<double> natives, offsets, exiting;
  for (const Preset& preset : kPresets) {
    const std::string name = preset.name;
    const double native = bench.operation(on_x86("bare", "micro-rdtsc", name)).cycles();
    const Counters offset = bench.operation(hvm(name, false)), exits = bench.operation(hvm(name, true));
    out.prediction(name + ": exits of one RDTSC, with the offset", 0, exactly(0), offset["exits"]);
    out.prediction(name + ": exits of one RDTSC, exiting", 1, exactly(1), exits["exits"]);
    out.prediction(name + ": offset / bare", 1, exactly(1), offset.cycles() / native);
    out.prediction(name + ": bare, cycles", "tens", between(10, 100), native);
    out.prediction(name + ": exiting, cycles", "thousands", between(1000, 10000), exits.cycles());
    out.measured(name + ": what 10000 a second cost, % (rate x price / frequency)",
                 100 * 1e4 * (exits.cycles() - native) / preset.hertz);
    names.push_back(name), natives.push_back(native), offsets.push_back(offset.cycles());
    exiting.push_back(exits.cycles());
  }
  out.grouped_bars("preset", "cycles of one RDTSC", names,
                   {{"bare", natives}, {"offset", offsets}, {"exiting", exiting}});
}

}  // namespace

Experiment x86_cycle_counter() {
  return {"x86-cycle-counter", "R24", "RDTSC: exit or offset",
          "A read that exits costs thousands of cycles in place of tens; an offset added by the hardware costs nothing.",
          "Xen, tscmode (manual); textbook formula", {"prescott-2005", "core2-2006"}, run};
}

}  // namespace ringside::study::experiments
