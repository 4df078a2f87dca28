// Exits for a block of a disk: registers against a ring.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

session::Options with_disk(session::Options options) {
  options.drives = {"guests/zisa/zos.img"};
  return options;
}

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "textbook";
  std::vector<std::string> names{"registers, trap-emulate", "registers, dbt", "registers, hvm"};
  std::vector<double> exits{
      bench.operation(with_disk(on_trap_emulate("micro-disk", preset)), 20)["exits"],
      bench.operation(with_disk(on_dbt("micro-disk", preset)), 20)["exits"],
      bench.operation(with_disk(on_hvm_nested("micro-disk", preset)), 20)["exits"]};
  for (const u32 batch : {1, 8, 32}) {
    const auto ring =
        with_disk(on_paravirt("micro-disk-pv", preset, "batch=" + std::to_string(batch)));
    names.push_back("ring, " + std::to_string(batch));
    exits.push_back(bench.operation(ring, 20)["exits"] / batch);
  }
  for (std::size_t i = 0; i < names.size(); ++i)
    out.measured(names[i] + ": exits for a block", exits[i]);
  out.prediction("registers / ring with one request", "at least 2", above(2), exits[0] / exits[3]);
  out.prediction("registers / ring with 32", "at least 2", above(2), exits[0] / exits[5]);
  out.order("a batch saves calls",
            {{"ring of 32", exits[5]}, {"of 8", exits[4]}, {"of 1", exits[3]}});
  out.note(
      "Five writes start the controller; claim, status and acknowledgement follow the interrupt. "
      "The ring takes one "
      "call for all requests in it; each answer still interrupts the VMM and wakes the guest. "
      "Published of network "
      "cards: a register-level one takes about ten times the exits of a paravirtual one for a "
      "packet.");
  out.bars("interface, strategy, requests in a batch", "exits for a block of 4 KiB", names, exits,
           {}, false);
}

}  // namespace

Experiment disk_exits() {
  return {"disk-exits",
          "",
          "Exits for a block of a disk",
          "A controller with registers takes an exit for each of them; a ring in shared memory "
          "takes a call for many "
          "requests.",
          "textbook claim (Sugerman and others 2001 of network cards)",
          {"textbook"},
          run};
}

}  // namespace ringside::study::experiments
