// R11: many short processes, the worst case of shadow paging.
#include "study/experiments/catalogue.hpp"
#include "study/experiments/forks.hpp"

namespace ringside::study::experiments {

namespace {

struct Prices {
  double store, trapped_store, hidden, fault, simple, syscall, hash;
};

/// Prices of single operations, each by its micro-guest.
template <class On>
Prices prices(Workbench& bench, const std::string& preset, On on) {
  const auto price = [&](const std::string& guest, const std::string& script = "") {
    return bench.operation(on(guest, preset, script)).cycles();
  };
  const auto bare = [&](const std::string& guest) {
    return bench.operation(on_bare(guest, preset)).cycles();
  };
  auto trapping = on("micro-pte-write", preset, "");
  trapping.adaptive = false;
  Prices p{};
  p.store = price("micro-pte-write");
  p.trapped_store = bench.operation(trapping).cycles();
  p.hidden = price("micro-walk", "loads=1 misses=0 writes=1 own") - p.store;
  p.fault = price("micro-walk", "denied") -
            bench.operation(on_bare("micro-walk", preset, "denied")).cycles();
  p.simple = price("micro-tlbinv");
  p.syscall = price("micro-syscall") - bare("micro-syscall");
  p.hash = price("micro-call-return") - bare("micro-call-return");
  return p;
}

// What the counted operations would cost at the prices of the micro-guests.
double counted(const Counters& bare, const Counters& run, const Prices& p) {
  const double calls = run["exits:EXCEPTION system call"];
  const double in_calls =
      calls > 0 ? run["exits:CALLOUT full tret"] : 0;  // priced with the system call
  const double stores = run["exits:CALLOUT light sw"];
  const double traced = run["exits:PAGE_FAULT traced write"],
               hidden = run["exits:PAGE_FAULT hidden"];
  const double faults = run["exits:PAGE_FAULT true"];
  const double others = run["exits"] - calls - in_calls - stores - traced - hidden - faults;
  return bare.cycles() + calls * p.syscall + stores * p.store + traced * p.trapped_store +
         hidden * p.hidden + faults * p.fault + others * p.simple + run["count:tc_hash"] * p.hash;
}

Forks forks_on_zisa(Workbench& bench, const std::string& preset) {
  return forks(bench, on_bare("zos", preset), on_dbt("zos", preset), on_hvm_shadow("zos", preset));
}

void judge(Workbench& bench, Outcome& out, const std::string& preset, double published,
           const Forks& r) {
  judge_ratio(out, preset, published, r);
  const double dbt = counted(r.bare, r.dbt, prices(bench, preset, on_dbt)) / r.dbt.cycles();
  const double hvm = counted(r.bare, r.hvm, prices(bench, preset, on_hvm_shadow)) / r.hvm.cycles();
  out.prediction(preset + ": dbt, counts times prices / measured", 1, within_percent(1, 15), dbt);
  out.prediction(preset + ": hvm, counts times prices / measured", 1, within_percent(1, 15), hvm);
  measure_slow_down(out, preset, r);
}

void run(Workbench& bench, Outcome& out) {
  const Forks p4 = forks_on_zisa(bench, "prescott-2005"), core2 = forks_on_zisa(bench, "core2-2006");
  judge(bench, out, "prescott-2005", 3.25, p4);
  judge(bench, out, "core2-2006", 2.3, core2);
  compare_presets(out, p4, core2);
  out.note(
      "For core2-2006 all software is assumed to take 0.54 of the cycles that it takes on prescott-2005, as "
      "published kernel compiles do; by the published times that of exits gained more, so assistance gains "
      "less here than it did.");
}

}  // namespace

Experiment forkwait() {
  return {"forkwait",
          "R11",
          "Many short processes: exits against translation",
          "Forking and waiting is slowed down six times by translation and eighteen times by the "
          "first hardware "
          "assistance; faster exits narrow the gap and do not close it.",
          "Adams and Agesen 2006, section 6.2",
          {"prescott-2005", "core2-2006"},
          run};
}

}  // namespace ringside::study::experiments
