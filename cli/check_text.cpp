#include "cli/check_text.hpp"

#include <fmt/format.h>

#include "cli/numbers.hpp"
#include "cli/table.hpp"

namespace ringside::cli {

using session::Divergence;
using session::Examination;
using session::Finding;
using session::PastInstruction;

namespace {

std::string verdict(const Style& style, bool good, const std::string& sentence) {
  const std::string mark = style.unicode ? (good ? "✓" : "✗") : (good ? "=" : "x");
  return paint(style, good ? Ink::kGood : Ink::kBad, mark) + " " +
         wrap(sentence, style.width - 2, 2) + "\n";
}

std::string place_of(const Finding& finding) {
  return fmt::format("{} (instant {}, pc {:#x})", finding.what, finding.time, finding.pc);
}

std::string ported_equivalence(const Examination& found, const Style& style) {
  if (found.divergence) return verdict(style, false, "not equivalent: parts from the bare machine");
  if (!found.ended) return verdict(style, true, "nothing compared: the guest did not come to its end on the bare machine");
  return verdict(style, true,
                 fmt::format("equivalent: console, ending, and the memory of {} processes at their ends are as on "
                             "the bare machine",
                             grouped(*found.processes)));
}

std::string equivalence(const Examination& found, const Style& style) {
  if (found.processes) return ported_equivalence(found, style);
  if (!found.divergence)
    return verdict(
        style, true,
        fmt::format("equivalent: the same as on the bare machine at {} instants of virtual "
                    "time{}",
                    grouped(found.ticks), found.ended ? "" : "; not to the end"));
  if (found.guest_at_fault())
    return verdict(
        style, true,
        fmt::format("equivalent up to an error of the guest at instant {}", found.stale->time));
  return verdict(style, false,
                 fmt::format("not equivalent: parts from the bare machine at instant {}",
                             found.divergence->time));
}

std::string control(const Examination& found, const Style& style) {
  if (found.breach) return verdict(style, false, "no resource control: " + place_of(*found.breach));
  return verdict(
      style, true,
      fmt::format("resource control: {} mappings, {} translations, {} accesses to memory and "
                  "{} to devices, none beyond the guest's own",
                  grouped(found.audited.mappings), grouped(found.audited.translations),
                  grouped(found.audited.accesses), grouped(found.audited.device_touches)));
}

std::string efficiency(const Examination& found, const Style& style) {
  const auto& counts = found.emulation;
  const std::string ran =
      fmt::format("{} instructions ran directly, {} translated, {} emulated", grouped(found.direct),
                  grouped(found.translated), grouped(counts.emulated));
  if (found.efficient())
    return verdict(style, true, "efficient: " + ran + ", none of these without need");
  return verdict(style, false,
                 fmt::format("not efficient: {}, {} of these without need, the first {}", ran,
                             grouped(counts.needless), place_of(*counts.first_needless)));
}

std::string history(const std::string& name, const std::vector<PastInstruction>& past,
                    const Style& style) {
  Table table({{"instant", true}, {name, false}, {"", false}, {"", false}, {"", false}});
  for (const PastInstruction& each : past)
    table.add({grouped(each.time), fmt::format("{:#010x}", each.pc), each.mode,
               each.text, each.symbol});
  return table.text(style, 2);
}

std::string divergence_text(const Divergence& divergence, const std::string& strategy,
                            const Style& style) {
  std::string text = fmt::format("\nbare / {}:\n", strategy);
  for (const std::string& each : divergence.differences) text += "  " + each + "\n";
  if (divergence.at_fault)
    text += fmt::format("after {:#010x} {} {}\n", divergence.at_fault->pc,
                        divergence.at_fault->text, divergence.at_fault->symbol);
  if (divergence.first.empty()) return text;
  return text + "\n" + history("bare", divergence.first, style) + "\n" +
         history(strategy, divergence.other, style);
}

std::string body(const Examination& found, const Style& style) {
  std::string text = equivalence(found, style) + control(found, style) + efficiency(found, style);
  if (found.stale) text += wrap("Note: the guest " + place_of(*found.stale), style.width, 2) + "\n";
  if (found.stopped) text += "Note: it was stopped before the end\n";
  if (found.divergence) text += divergence_text(*found.divergence, found.strategy, style);
  return text;
}

std::string failure_text(const study::FuzzFailure& failure, const Style& style) {
  std::string text =
      fmt::format("\nThe first that failed has seed {}. What matters of its code ({} trials):\n",
                  failure.seed, failure.trials);
  for (const auto& each : failure.listing)
    text += fmt::format("  {:#010x}  {}\n", each.address, each.text);
  return text + "\n" + body(failure.found, style);
}

}  // namespace

std::string check_text(const std::string& guest, const Examination& found, const Style& style) {
  return paint(style, Ink::kStrong,
               fmt::format("{} under {} on {}", guest, found.strategy, found.isa)) +
         "\n\n" + body(found, style);
}

std::string fuzz_text(const study::Fuzzed& f, const Style& style) {
  std::string text = paint(style, Ink::kStrong,
                           fmt::format("{} random guests from seed {} under {} on {}",
                                       grouped(f.guests), f.first_seed, f.strategy, f.isa)) +
                     "\n\n";
  Table table({{"what they did", false}, {"times", true}, {"at least", true}});
  table.add({"instructions", grouped(f.did.instructions), ""});
  for (const auto& each : minimums(f))
    table.add({Cell(std::string(each.what)),
               Cell(grouped(each.count), each.count < each.least ? Ink::kBad : Ink::kPlain),
               grouped(each.least)});
  text += table.text(style) + "\n";
  if (!f.enough()) text += verdict(style, false, "the guests did too little to mean anything");
  if (f.guest_errors != 0)
    text += fmt::format("{} guests used stale translations\n", grouped(f.guest_errors));
  if (f.stopped) text += "Note: it was stopped before the end\n";
  text += verdict(style, f.failed == 0,
                  fmt::format("{} failed: {} not equivalent, {} without resource control, {} not "
                              "efficient",
                              grouped(f.failed), grouped(f.not_equivalent),
                              grouped(f.not_controlled), grouped(f.not_efficient)));
  return f.first_failure ? text + failure_text(*f.first_failure, style) : text;
}

}  // namespace ringside::cli
