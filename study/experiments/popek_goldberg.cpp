// R01: one sensitive instruction that does not trap, and what becomes of guests.
#include "study/classify/classify.hpp"
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

// 1 if the first theorem's condition holds on a variant.
double theorem(Workbench& bench, const std::string& isa) {
  auto laboratory = session::Laboratory::open(isa);
  if (!laboratory) return bench.fail_with(laboratory.error()), 0;
  return classify(*laboratory).verdicts[0].holds;
}

// Whether the guest ended as on the bare machine, printing the same.
double as_on_bare(Workbench& bench, session::Options options, const session::Report& bare) {
  const session::Report report = bench.run(options, true);
  return report.outcome == "exited" && report.exit_code == bare.exit_code &&
         report.console == bare.console;
}

void run(Workbench& bench, Outcome& out) {
  out.prediction("theorem 1 on zisa, where READ_SR does not trap (1: holds)", 0, exactly(0),
                 theorem(bench, "zisa"));
  out.prediction("theorem 1 on zisa-v, where it does", 1, exactly(1), theorem(bench, "zisa-v"));
  const std::string preset = "textbook", script = "hello";
  const session::Report bare = bench.run(on_bare("zos", preset, script));
  auto on_zisa = on_trap_emulate("zos", preset, script);
  on_zisa.isa = "zisa";
  const std::vector<std::pair<std::string, session::Options>> runs = {
      {"trap-emulate zisa", on_zisa},
      {"trap-emulate zisa-v", on_trap_emulate("zos", preset, script)},
      {"dbt zisa", on_dbt("zos", preset, script)},
      {"paravirt zisa", on_paravirt("zos-pv", preset, script)},
      {"hvm zisa-h", on_hvm_nested("zos", preset, script)}};
  std::vector<std::string> names;
  std::vector<double> same, expected;
  for (const auto& [name, options] : runs) {
    names.push_back(name);
    same.push_back(as_on_bare(bench, options, bare));
    expected.push_back(name != "trap-emulate zisa");
    out.prediction(name + ": zos ends as on the bare machine (1: yes)", expected.back(),
                   exactly(expected.back()), same.back());
  }
  const session::Report deceived = bench.run(on_zisa, true);
  for (const auto& hole : deceived.holes)
    out.measured("lies of " + hole.instruction + " to zos by trap-and-emulate on zisa",
                 static_cast<double>(hole.count));
  out.bars("strategy and variant", "zos ends as on the bare machine: 1 yes, 0 no", names, same,
           expected, false);
}

}  // namespace

Experiment popek_goldberg() {
  return {
      "popek-goldberg",
      "R01",
      "An ISA with holes, and guests that are told lies",
      "A machine with a sensitive instruction that does not trap in user mode cannot be "
      "virtualized by "
      "trap-and-emulate; translation, paravirtualization and hardware assistance get round that.",
      "Popek and Goldberg 1974, theorem 1",
      {"textbook"},
      run};
}

}  // namespace ringside::study::experiments
