#include "cli/report_text.hpp"

#include <fmt/format.h>

#include "cli/frame.hpp"
#include "cli/numbers.hpp"
#include "cli/table.hpp"
#include "session/explain.hpp"

namespace ringside::cli {

using session::Report;

namespace {

std::string spaced(std::string name) {
  for (char& c : name)
    if (c == '_') c = ' ';
  return name;
}

std::string simulated_time(const Report& r, const Style& style) {
  if (r.frequency_khz == 0) return "";
  const double us = static_cast<double>(r.cycles) * 1000 / static_cast<double>(r.frequency_khz);
  const std::string time = us >= 1e6    ? fmt::format("{:.2f} s", us / 1e6)
                           : us >= 1000 ? fmt::format("{:.3f} ms", us / 1000)
                                        : fmt::format("{:.3f} {}s", us, style.unicode ? "µ" : "u");
  return fmt::format(" ({} at {:.3g} GHz)", time, static_cast<double>(r.frequency_khz) / 1e6);
}

std::string heading(const Style& style, const std::string& text) {
  return "\n" + paint(style, Ink::kStrong, text) + "\n";
}

std::string headline(const Report& r, const Style& style) {
  std::string line = fmt::format("{} on {}, {}", r.guest, r.isa, r.strategy);
  if (r.paging != "none") line += ", " + r.paging + " paging";
  line += ", " + r.cost_model + " costs";
  return paint(style, Ink::kStrong, line) + "\n" +
         paint(style, Ink::kDim, rule(style, style.width)) + "\n";
}

std::string outcome_text(const Report& r, const Style& style) {
  const bool good = r.outcome == "exited" && r.exit_code == 0;
  const Ink ink = good ? Ink::kGood : Ink::kBad;
  return paint(style, ink, wrap(ending_sentence(r), style.width, 0)) + "\n" +
         fmt::format("It ran {} instructions in {} cycles{}.\n", grouped(r.guest_instructions()),
                     grouped(r.cycles), simulated_time(r, style));
}

std::string notes_text(const Report& r, const Style& style) {
  std::string text;
  for (const auto& note : r.notes) text += wrap("Note: " + note, style.width, 2) + "\n";
  return text;
}

std::string times(u64 count) {
  return count == 1 ? "once" : grouped(count) + " times";
}

std::string cure_sentence(const session::HoleReport& hole) {
  if (hole.cured.empty())
    return "the guest ends differently once this hole and the others are closed.";
  return "once this hole is closed, " + hole.cured + ".";
}

std::string holes_text(const Report& r, const Style& style) {
  if (r.holes.empty()) return "";
  std::string text = heading(style, "Holes that lied");
  for (const auto& hole : r.holes) {
    const std::string mark = style.unicode ? "≠" : "!=";
    std::string sentence = explain_hole(hole) + fmt::format(" It lied {}.", times(hole.count));
    if (hole.cause) sentence += " CAUSE: " + cure_sentence(hole);
    text += paint(style, Ink::kLie, pad_right(mark, 3)) + wrap(sentence, style.width - 3, 3) + "\n";
  }
  return text;
}

std::string left_out_text(const Report& r, const Style& style) {
  if (r.left_out.empty()) return "";
  std::string text = heading(style, "Instructions that are not there");
  for (const auto& each : r.left_out)
    text += paint(style, Ink::kLie, pad_right(style.unicode ? "≠" : "!=", 3)) +
            wrap(explain_left_out(each) + ".", style.width - 3, 3) + "\n";
  return text;
}

std::string instructions_text(const Report& r, const Style& style) {
  Table table({{"Instructions", false}, {"count"}, {"share"}, {"", false}});
  const auto add = [&](const char* name, u64 count, const char* meaning) {
    if (count != 0)
      table.add({{name},
                 {grouped(count)},
                 {percent(count, r.guest_instructions()) + " %"},
                 {meaning, Ink::kDim}});
  };
  add("direct", r.direct, "on the simulated CPU as they stand");
  add("emulated", r.emulated, "by the VMM, for the guest");
  add("translated", r.translated, "from the translation cache");
  const u64 looked_up = r.tlb_hits + r.tlb_misses;
  std::string text = "\n" + table.text(style);
  if (looked_up != 0)
    text += fmt::format("TLB: {} of {} look-ups missed ({} %)\n", grouped(r.tlb_misses),
                        grouped(looked_up), percent(r.tlb_misses, looked_up));
  return text;
}

std::string accounts_text(const Report& r, const Style& style, bool explain) {
  constexpr double kBar = 40;
  Table table({{"Cycles", false}, {"count"}, {"share"}, {"", false}});
  std::string meanings;
  for (const auto& account : r.accounts) {
    if (account.cycles == 0) continue;
    const double share = static_cast<double>(account.cycles) / static_cast<double>(r.cycles);
    table.add({{spaced(account.name)},
               {grouped(account.cycles)},
               {percent(account.cycles, r.cycles) + " %"},
               {bar(style, share * kBar), ink_of_account(account.name)}});
    if (explain)
      meanings +=
          wrap(fmt::format("{}: {}", spaced(account.name), session::explain_account(account.name)),
               style.width, 2) +
          "\n";
  }
  return "\n" + table.text(style) + meanings;
}

std::string exits_text(const Report& r, const Style& style, bool explain) {
  if (r.exits.empty()) return "";
  u64 samples = 0, cycles = 0;
  for (const auto& exit : r.exits) samples += exit.count, cycles += exit.cycles;
  Table table({{"Exit (times in cycles)", false},
               {"Samples"},
               {"Samples%"},
               {"Time%"},
               {"Min"},
               {"Max"},
               {"Mean"}});
  std::string meanings;
  for (const auto& exit : r.exits) {
    table.add({{exit.reason},
               {grouped(exit.count)},
               {percent(exit.count, samples)},
               {percent(exit.cycles, cycles)},
               {grouped(exit.min)},
               {grouped(exit.max)},
               {grouped(exit.mean())}});
    if (explain)
      meanings += wrap(fmt::format("{}: {}", exit.reason, session::explain_exit(exit.reason, r.isa)),
                       style.width, 2) +
                  "\n";
  }
  const std::string total =
      fmt::format("Total: {} exits, {} cycles, {} % of the run\n", grouped(samples),
                  grouped(cycles), percent(cycles, r.cycles));
  return "\n" + table.text(style) + total + meanings;
}

}  // namespace

std::string ending_sentence(const Report& r) {
  const std::string place =
      r.symbol.empty() ? fmt::format("{:08x}", r.pc) : fmt::format("{:08x} ({})", r.pc, r.symbol);
  if (r.outcome == "exited") return fmt::format("The guest ended with code {}.", r.exit_code);
  if (r.outcome == "failed") return fmt::format("The guest failed at {}: {}.", place, r.reason);
  return fmt::format("The run was stopped at {}: {}.", place, r.reason);
}

std::string report_text(const Report& r, const Style& style, bool explain) {
  return headline(r, style) + outcome_text(r, style) + notes_text(r, style) + holes_text(r, style) +
         left_out_text(r, style) +
         instructions_text(r, style) + accounts_text(r, style, explain) +
         exits_text(r, style, explain);
}

std::string machine_text(const session::MachineReport& r, const Style& style, bool explain) {
  std::string text;
  Table table({{"Guest", false}, {"outcome", false}, {"instructions"}, {"cycles on the CPU"}, {"share"}});
  for (std::size_t i = 0; i < r.guests.size(); ++i) {
    const Report& each = r.guests[i];
    text += report_text(each, style, explain) + "\n";
    const std::string outcome = each.outcome == "exited" ? fmt::format("exited {}", each.exit_code) : each.outcome;
    table.add({{fmt::format("[{}] {}", i, each.guest)},
               {outcome},
               {grouped(each.guest_instructions())},
               {grouped(each.cycles)},
               {percent(each.cycles, r.cycles) + " %"}});
  }
  return text + heading(style, "The machine") + table.text(style) +
         fmt::format("{} cycles in all, {} world switches\n", grouped(r.cycles), grouped(r.world_switches));
}

int exit_status(const Report& r) {
  if (r.outcome == "exited") return static_cast<int>(std::min<u32>(r.exit_code, kLargestGuest));
  return r.outcome == "failed" ? kGuestFailed : kLimitReached;
}

}  // namespace ringside::cli
