#include "cli/classify_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/numbers.hpp"
#include "cli/table.hpp"

namespace ringside::cli {

using namespace study;

namespace {

std::string in_user_text(const Finding& finding) {
  switch (finding.in_user) {
    case InUserMode::kRuns:
      return "no";
    case InUserMode::kTraps:
      return "yes";
    case InUserMode::kSometimesTraps:
      break;
  }
  return finding.gates.empty() ? "sometimes" : fmt::format("if {}", fmt::join(finding.gates, ", "));
}

// "control; behaviour: mode, status; user"
std::string classes_text(const Finding& finding) {
  std::string behaviour;
  for (const Class each : {Class::kMode, Class::kStatus, Class::kFrames, Class::kPages})
    if (finding.is(each))
      behaviour += (behaviour.empty() ? "" : ", ") + std::string(class_name(each));
  std::vector<std::string> parts;
  if (finding.is(Class::kControl)) parts.push_back("control");
  if (!behaviour.empty()) parts.push_back("behaviour: " + behaviour);
  if (finding.is(Class::kUser)) parts.push_back("user");
  if (finding.is(Class::kTime)) parts.push_back("time");
  return parts.empty() ? "innocuous" : fmt::format("{}", fmt::join(parts, "; "));
}

Cell yes(bool holds, Ink ink = Ink::kPlain) {
  return holds ? Cell("yes", ink) : Cell("-", Ink::kDim);
}

std::string theorems_text(const Verdicts& verdicts, const Style& style) {
  std::string text;
  for (const Verdict& verdict : verdicts)
    text += paint(style, verdict.holds ? Ink::kGood : Ink::kBad,
                  wrap(verdict.sentence, style.width, 2)) +
            "\n";
  return text;
}

Table rows_table(const WitnessText& witness) {
  return Table({{"", false}, {witness.states[0], false}, {witness.states[1], false}, {"", false}});
}

void add_rows(Table& table, const std::vector<WitnessRow>& rows, const std::string& mark) {
  for (const WitnessRow& row : rows) {
    std::vector<Cell> cells = {{row.what}, {row.a}, {row.b}};
    if (row.differs) cells = {{row.what}, {row.a}, {row.b, Ink::kLie}, {mark, Ink::kLie}};
    table.add(std::move(cells));
  }
}

// The few that everything turns on are not to be searched for among the many.
std::vector<Finding> sensitive_first(std::vector<Finding> findings) {
  std::ranges::stable_partition(findings, [](const Finding& each) { return each.sensitive(); });
  return findings;
}

}  // namespace

std::string classify_text(const Classification& all, const Style& style) {
  Table table({{"instruction", false},
               {"traps in U", false},
               {"classes found", false},
               {"sensitive", false},
               {"privileged", false},
               {"hole", false}});
  for (const Finding& finding : sensitive_first(all.findings))
    table.add({{finding.instruction},
               {in_user_text(finding)},
               {classes_text(finding), finding.sensitive() ? Ink::kStrong : Ink::kDim},
               yes(finding.sensitive()),
               yes(finding.privileged()),
               yes(finding.hole(), Ink::kLie)});
  std::string text = fmt::format("Popek and Goldberg's classes on {}, by experiment\n\n", all.isa);
  text += table.text(style) + "\n" + theorems_text(all.verdicts, style);
  return all.note.empty() ? text : text + all.note + ".\n";
}

std::string witness_text(const WitnessText& witness, const Style& style) {
  std::string text = paint(style, Ink::kStrong, witness.sentence) + "\n";
  text += witness.instruction + "\n";
  Table table = rows_table(witness);
  add_rows(table, witness.before, witness.after.empty() ? "changes" : "differs");
  if (!witness.after.empty()) {
    table.add_heading({"after it:", Ink::kDim});
    add_rows(table, witness.after, "differs");
  }
  text += table.text(style, 2);
  return witness.holds ? text : text + "  this witness does not show its class any more\n";
}

std::string subsets_text(const std::vector<SubsetVerdicts>& subsets, const Style& style) {
  Table table(
      {{"open holes", false}, {"theorem 1", false}, {"theorem 2", false}, {"theorem 3", false}});
  for (const SubsetVerdicts& subset : subsets) {
    const std::string open = fmt::format("{}", fmt::join(subset.open, ", "));
    std::vector<Cell> cells = {{open.empty() ? "none" : open}};
    for (const Verdict& verdict : subset.verdicts)
      cells.push_back({verdict.holds ? "holds" : "fails", verdict.holds ? Ink::kGood : Ink::kBad});
    table.add(std::move(cells));
  }
  return table.text(style);
}

std::string uses_text(const GuestUses& uses, const Style& style) {
  Table table({{"address"}, {"symbol", false}, {"instruction", false}});
  for (const SensitiveUse& use : uses.uses)
    table.add({{fmt::format("{:#010x}", use.address)}, {use.symbol}, {use.text}});
  std::string text = fmt::format("Sensitive instructions in {}\n\n", uses.file) + table.text(style);
  text += "\n";
  for (const auto& [instruction, count] : uses.counts)
    text += fmt::format("{:>8} {}\n", grouped(count), instruction);
  return text + fmt::format("{:>8} in all\n", grouped(uses.uses.size()));
}

}  // namespace ringside::cli
