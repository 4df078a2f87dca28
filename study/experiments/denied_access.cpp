// R27: a page that the guest denies, and one that the host denies.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

void run(Workbench& bench, Outcome& out) {
  std::vector<double> guest_levels, references;
  for (unsigned n = 1; n <= 5; ++n) {
    const Counters denied = bench.operation(
        on_hvm_nested("micro-walk", "textbook", "denied z" + std::to_string(n), 4), 100);
    guest_levels.push_back(n), references.push_back(denied["count:walk_reference"]);
    if (n != 4) continue;
    out.prediction("4 in 4, denied by the guest: references", 20, exactly(20), references.back());
    out.prediction("page faults that the guest gets", 1, exactly(1), denied["count:trap_fault"]);
    out.prediction("exits", 0, exactly(0), denied["exits"]);
  }
  const Counters host = bench.operation(on_hvm_nested("micro-device-read", "textbook"), 100);
  out.prediction("denied by the host: exits", 1, exactly(1), host["exits"]);
  out.note(
      "The walk ends at the guest's last entry: n (m + 1) references, and the last dimension is "
      "not walked. The host "
      "denies the page of a device.");
  out.lines("levels of the guest's tables (host: 4)", "references", guest_levels,
            {{"denied by the guest", references}});
}

}  // namespace

Experiment denied_access() {
  return {"denied-access",
          "R27",
          "Who denies an access answers for it",
          "With nested paging a page that the guest has not mapped is the guest's fault alone, "
          "after 20 of 24 references; "
          "a page that the host has not mapped exits.",
          "textbook claim",
          {"textbook"},
          run};
}

}  // namespace ringside::study::experiments
