// Neighbouring page-table writes of a fork, and what taking them together would save.
#include "session/inspect.hpp"
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

constexpr u64 kFarthest = 16;  ///< instructions of a cluster, as published

struct Clusters {
  double writes = 0, joined = 0;
  std::vector<double> at_distance =
      std::vector<double>(kFarthest + 1);  ///< instructions between; the last: more
};

// Traced writes that come within a few instructions of the one before, nothing else in between.
Clusters look(const session::Session& session) {
  Clusters found;
  std::optional<u64> last;
  for (const auto& event : session::events(session, session::first_kept_event(session), ~u64{0})) {
    if (event.kind != "exit") continue;
    const bool traced = event.text.starts_with("PAGE_FAULT traced write");
    if (traced) {
      ++found.writes;
      const u64 between = last ? std::min(event.step - *last - 1, kFarthest) : kFarthest;
      ++found.at_distance[between];
      found.joined += between < kFarthest;
    }
    last = traced ? std::optional(event.step) : std::nullopt;
  }
  return found;
}

void run(Workbench& bench, Outcome& out) {
  auto options =
      on_hvm_shadow("zos", "prescott-2005", "forkwait " + std::to_string(bench.times(20)));
  options.keep_events = true;
  const auto session = bench.run_session(options);
  if (!session) return;
  const Clusters found = look(*session);
  const Counters all(session->report());
  const double transition =
      (all["cost:vm_exit_page_fault"] + all["cost:vm_entry"] + all["cost:vmread"]) / all["exits"];
  const double writes = all["exits:PAGE_FAULT traced write"];
  out.prediction("traced writes in the log / counted", 1, exactly(1), found.writes / writes);
  out.measured("traced writes", writes);
  out.measured("of these within 16 instructions of the one before, %", 100 * found.joined / writes);
  out.measured("hardware and control block of an exit, cycles", transition);
  out.measured("saved if those joined the exit before, % of the run",
               100 * found.joined * transition / all.cycles());
  out.note(
      "Clustering removes the transition and the saving of state, not the handling. Published of "
      "32-bit Linux with "
      "64-bit entries: half of these exits are pairs next to each other; entries have 32 bits "
      "here, so there are "
      "no such pairs.");
  std::vector<std::string> names;
  for (u64 i = 0; i < kFarthest; ++i) names.push_back(std::to_string(i));
  names.push_back("more");
  out.bars("instructions between a traced write and the one before", "traced writes", names,
           found.at_distance, {}, false);
}

}  // namespace

Experiment fork_clusters() {
  return {"fork-clusters",
          "",
          "Neighbouring page-table writes of a fork",
          "Exits that follow each other within a few instructions could be handled together, which "
          "saves their "
          "transitions.",
          "Agesen and others 2012, section 4",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
