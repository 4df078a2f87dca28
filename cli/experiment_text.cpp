#include "cli/experiment_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/table.hpp"

namespace ringside::cli {

using study::Experiment;
using study::ExperimentRow;
using study::Outcome;
using study::RowKind;

namespace {

Cell verdict(const ExperimentRow& row) {
  if (row.kind == RowKind::kPrediction)
    return *row.held ? Cell("held", Ink::kGood) : Cell("missed", Ink::kBad);
  if (row.kind == RowKind::kCalibration)
    return {row.held.value_or(true) ? "calibration" : "calibration, off", Ink::kDim};
  return {"measured", Ink::kDim};
}

// Long names of rows are cut into lines, so that the table fits.
Table table_of(const std::vector<const ExperimentRow*>& rows, std::size_t name_width) {
  Table table({{"", false}, {"published"}, {"simulated"}, {"band", false}, {"", false}});
  for (const ExperimentRow* row : rows) {
    std::string name = wrap(row->what, name_width, 2);
    std::size_t end = 0;
    while ((end = name.find('\n')) != std::string::npos) {
      table.add_heading({name.substr(0, end)});
      name.erase(0, end + 1);
    }
    table.add({name, row->published, row->simulated, row->band, verdict(*row)});
  }
  return table;
}

std::string rows_text(const std::vector<const ExperimentRow*>& rows, const Style& style) {
  const Table wide = table_of(rows, 1000);
  return (wide.width() + 2 <= style.width ? wide : table_of(rows, 34)).text(style, 2);
}

std::string numbered(const Experiment& experiment) {
  return experiment.name + (experiment.id.empty() ? "" : " (" + experiment.id + ")");
}

}  // namespace

std::string experiments_text(const std::vector<Experiment>& list, const Style& style) {
  Table table({{"name", false}, {"", false}, {"what", false}, {"presets", false}});
  for (const Experiment& each : list)
    table.add({{each.name, Ink::kStrong},
               each.id,
               each.title,
               fmt::format("{}", fmt::join(each.presets, ", "))});
  return table.text(style);
}

std::string outcome_text(const Experiment& experiment, const Outcome& outcome, const Style& style) {
  std::vector<const ExperimentRow*> rows;
  for (const auto& row : outcome.rows) rows.push_back(&row);
  std::string text =
      paint(style, Ink::kStrong, numbered(experiment) + ": " + experiment.title) + "\n" +
      wrap(experiment.claim, style.width - 2, 0) + "\n" +
      paint(
          style, Ink::kDim,
          wrap(fmt::format("{}; {} costs", experiment.source, fmt::join(experiment.presets, ", ")),
               style.width - 2, 0)) +
      "\n" + rows_text(rows, style);
  for (const auto& note : outcome.notes) text += wrap(note, style.width - 2, 0) + "\n";
  return text;
}

std::string tally_text(const std::vector<Done>& done, const Style& style) {
  study::Tally all;
  u64 calibrations = 0;
  std::string text = paint(style, Ink::kStrong, "Held and missed") + "\n";
  Table table({{"experiment", false}, {"", false}, {"held"}, {"missed"}, {"calibrations"}});
  for (const Done& each : done) {
    const study::Tally one = study::tally(each.outcome);
    u64 own = 0;
    for (const auto& row : each.outcome.rows) own += row.kind == RowKind::kCalibration;
    table.add({each.experiment->name, each.experiment->id, std::to_string(one.held),
               one.missed == 0 ? Cell("-", Ink::kDim) : Cell(std::to_string(one.missed), Ink::kBad),
               own == 0 ? Cell("-", Ink::kDim) : Cell(std::to_string(own))});
    all.held += one.held, all.missed += one.missed, calibrations += own;
  }
  text += table.text(style, 2);
  std::string missed;
  for (const Done& each : done) {
    std::vector<const ExperimentRow*> rows;
    for (const auto& row : each.outcome.rows)
      if (row.kind == RowKind::kPrediction && !*row.held) rows.push_back(&row);
    if (!rows.empty()) missed += "\n" + numbered(*each.experiment) + "\n" + rows_text(rows, style);
  }
  if (!missed.empty()) text += "\n" + paint(style, Ink::kStrong, "Missed") + missed;
  return text +
         fmt::format("\n{} predictions held, {} missed; {} calibrations, which prove nothing.\n",
                     all.held, all.missed, calibrations);
}

}  // namespace ringside::cli
