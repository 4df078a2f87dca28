// A hypercall against a trap: what each part of the difference is.
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study::experiments {

namespace {

struct Split {
  std::string name;
  double hardware, save, decode, work, cycles;
};

// Of `per` updates: parts by what was charged.
Split split(std::string name, const Counters& c, double per) {
  const auto of = [&](std::initializer_list<const char*> names) {
    double sum = 0;
    for (const char* each : names) sum += c[std::string("cost:") + each];
    return sum / per;
  };
  Split s{std::move(name),
          of({"trap_fault", "trap_syscall", "trap_return"}),
          of({"vmm_dispatch", "hypercall_entry", "hypercall_return"}),
          of({"vmm_decode"}),
          0,
          c.cycles() / per};
  s.work = s.cycles - s.hardware - s.save - s.decode;
  return s;
}

void run(Workbench& bench, Outcome& out) {
  const std::string preset = "prescott-2005", pv = "micro-hypercall-pv";
  std::vector<Split> all;
  all.push_back(
      split("trap, one entry", bench.operation(on_trap_emulate("micro-pte-write", preset)), 1));
  // Parts of the difference switched off, one after another.
  session::Options like_a_trap = on_paravirt(pv, preset, "batch=1");
  like_a_trap.hypercall_saves_all = like_a_trap.hypercall_decodes = true;
  all.push_back(split("call like a trap", bench.operation(like_a_trap, 200), 1));
  like_a_trap.hypercall_decodes = false;
  all.push_back(split("call, not decoded", bench.operation(like_a_trap, 200), 1));
  for (const u32 batch : {1, 4, 16, 64, 256}) {
    const auto call =
        bench.operation(on_paravirt(pv, preset, "batch=" + std::to_string(batch)), 200);
    all.push_back(split("call, batch of " + std::to_string(batch), call, batch));
  }
  const double trap = bench.operation(on_trap_emulate("micro-cr-read", preset)).cycles();
  const double null_call = bench.operation(on_paravirt(pv, preset)).cycles();
  out.prediction("a hypercall that does nothing / a trapped READ_CR", "below 1", below(1),
                 null_call / trap);
  out.order("a batch makes it cheaper", {{"batch of 256", all[7].cycles},
                                         {"of 16", all[5].cycles},
                                         {"of 1", all[3].cycles},
                                         {"trap", all[0].cycles}});
  out.measured("hypercall that does nothing, cycles", null_call);
  out.measured("trap of one entry, cycles", all[0].cycles);
  out.order("what is switched off makes it cheaper", {{"call of one", all[3].cycles},
                                                      {"that saves all state", all[2].cycles},
                                                      {"and is decoded", all[1].cycles}});
  for (const Split& each : all) out.measured(each.name + ", cycles for an entry", each.cycles);
  out.note(
      "An update of one page-table entry. A trap is a fault, all state is saved, and the "
      "instruction decoded; a call "
      "says itself what it wants, saves little, and stands for many entries. Each of the three is switched off in "
      "a run of its own (--hypercall-decodes, --hypercall-saves-all, batches of one).");
  std::vector<std::string> names;
  std::vector<Series> series{
      {"hardware", {}}, {"state saved", {}}, {"decoding", {}}, {"work itself", {}}};
  for (const Split& each : all) {
    names.push_back(each.name);
    const double parts[] = {each.hardware, each.save, each.decode, each.work};
    for (std::size_t i = 0; i < 4; ++i) series[i].y.push_back(parts[i]);
  }
  out.grouped_bars("way", "cycles for one page-table entry", names, series, false);
}

}  // namespace

Experiment hypercall() {
  return {"hypercall",
          "",
          "A hypercall against a trap",
          "A hypercall is cheaper than a trap: nothing is decoded, less state is saved, and one "
          "call does the work of many.",
          "textbook claim (Barham and others 2003)",
          {"prescott-2005"},
          run};
}

}  // namespace ringside::study::experiments
