#include "cli/classify_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/numbers.hpp"
#include "cli/table.hpp"
#include "study/classify/json.hpp"

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

std::string guest_classes(const GuestFinding& f) {
  std::vector<std::string_view> parts;
  for (const auto& [found, name] : {std::pair{f.control, "control"}, std::pair{f.frames, "frames"},
                                    std::pair{f.status, "status"}, std::pair{f.user, "user"},
                                    std::pair{f.time, "time"}})
    if (found) parts.push_back(name);
  return parts.empty() ? "innocuous" : fmt::format("{}", fmt::join(parts, ", "));
}

// What neither exits nor has a class is as in root mode, and says nothing here.
std::string non_root_text(const NonRootClassification& all, const Style& style) {
  Table table({{"instruction", false}, {"exits", false}, {"can be made to", false}, {"classes found", false},
               {"hole", false}});
  std::size_t left_out = 0;
  for (const GuestFinding& f : all.findings) {
    const bool plain = f.exits == InUserMode::kRuns && !f.sensitive() && !f.time && !f.can_be_made_to_exit;
    left_out += plain;
    if (!plain)
      table.add({{f.instruction}, {std::string(in_user_name(f.exits))}, yes(f.can_be_made_to_exit),
                 {guest_classes(f), f.sensitive() ? Ink::kStrong : Ink::kDim}, yes(f.hole(), Ink::kLie)});
  }
  return "\nIn non-root mode under the controls of hvm with nested paging; sensitive is what touches the VMM's\n\n" +
         table.text(style) + fmt::format("The other {} are innocuous and never exit.\n\n", left_out) +
         theorems_text(all.verdicts, style);
}

// Names of ours, where they are not theirs in small letters.
std::string rows_text(const PublishedInstruction& each) {
  return fmt::format("{}", fmt::join(each.rows, ", "));
}

std::string published_text(const Comparison& comparison, const Style& style) {
  Table listed({{"published", false}, {"group", false}, {"instruction", false}, {"found", false}});
  for (const PublishedInstruction& each : comparison.published)
    listed.add({{std::string(each.name)},
                {std::string(each.group)},
                {rows_text(each)},
                each.found ? Cell("yes", Ink::kGood) : Cell("no", Ink::kBad)});
  Table extras({{"found beside them", false}, {"why", false}});
  for (const Extra& each : comparison.extras) extras.add({{each.instruction}, {std::string(each.why)}});
  return "\n" + wrap(fmt::format("Beside the experiment: {}.", kRobinIrvine), style.width, 0) + "\n\n" +
         listed.text(style) + "\n" + extras.text(style);
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
  std::string text = fmt::format("Popek and Goldberg's classes on {}{}, by experiment\n\n", all.isa,
                                 all.non_root ? " in root mode" : "");
  text += table.text(style) + "\n" + theorems_text(all.verdicts, style);
  if (all.published) text += published_text(*all.published, style);
  return all.non_root ? text + non_root_text(*all.non_root, style) : text;
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
  std::vector<Table::Column> columns = {{"address"}, {"symbol", false}, {"instruction", false}};
  if (uses.tells_holes) columns.push_back({"hole", false});
  Table table(std::move(columns));
  for (const SensitiveUse& use : uses.uses) {
    std::vector<Cell> cells = {{fmt::format("{:#010x}", use.address)}, {use.symbol}, {use.text}};
    if (uses.tells_holes) cells.push_back(yes(use.hole, Ink::kLie));
    table.add(std::move(cells));
  }
  std::string text = fmt::format("Sensitive instructions in {}\n\n", uses.file) + table.text(style);
  text += "\n";
  for (const auto& [instruction, count] : uses.counts)
    text += fmt::format("{:>8} {}\n", grouped(count), instruction);
  return text + fmt::format("{:>8} in all\n", grouped(uses.uses.size()));
}

}  // namespace ringside::cli
