// R03: reading a register of a device.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "prescott-2005", guest = "micro-device-read";
  const double native = bench.operation(on_bare(guest, preset)).cycles();
  const double dbt = bench.operation(on_dbt(guest, preset)).cycles();
  const double hvm = bench.operation(on_hvm_shadow(guest, preset)).cycles();
  out.calibration("bare machine, cycles", 3209, native);
  out.order("216 < 3209 < 15826", {{"dbt", dbt}, {"bare", native}, {"hvm", hvm}});
  out.measured("dbt, cycles (published: 216)", dbt);
  out.measured("hvm / bare (published: 4.93)", hvm / native);
  out.note(
      "A load of a register that is mapped into memory: the VMM decodes it. IN says by itself what "
      "it is; that "
      "and a user process which the measured VMM asked are not in these figures.");
  out.bars("strategy", "cycles of one read", {"bare", "dbt", "hvm"}, {native, dbt, hvm},
           {3209, 216, 15826});
}

}  // namespace

Experiment port_input() {
  return {"port-input",
          "R03",
          "Reading a device: emulation can be faster than the device",
          "Translated code reads a virtual port fifteen times as fast as the machine its real one; "
          "an exit makes it "
          "five times as slow.",
          "Adams and Agesen 2006, figure 3",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
