// What an experiment is: guests are run, an outcome is read from the counters of the simulation,
// and stands beside what was published.
//
// To add one, write study/experiments/<name>.cpp and add its line to
// study/experiments/catalogue.hpp.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/types.hpp"
#include "study/svg_chart.hpp"

namespace ringside::study {

class Workbench;

/// What a row of an outcome is worth.
enum class RowKind : u8 {
  kCalibration,  ///< the published figure has set a parameter of the preset: agreement proves
                 ///< nothing
  kPrediction,   ///< it has set none: held if the simulated figure is in the band
  kMeasured,     ///< nothing was published, or nothing comparable: a figure of the simulation alone
};
std::string_view row_kind_name(RowKind kind);

/// Where a figure has to lie: in words, and as the test.
struct Band {
  std::string text;
  std::function<bool(double)> holds;
};
Band within_percent(double published, double percent);
Band between(double low, double high);
/// Off by at most this factor, upwards or downwards.
Band within_factor(double published, double factor);
/// Counts that have to agree.
Band exactly(double value);
Band below(double limit);
Band above(double limit);
Band at_least(double limit);
/// Of rows whose figure is an order of others, not a number: it is as it should be, or not.
Band in_order();

struct ExperimentRow {
  std::string what;
  std::string published;  ///< empty where nothing was
  std::string band;       ///< empty where there is none
  std::string simulated;  ///< as it is printed
  double value = 0;       ///< the same as a number; 1 or 0 of an order
  RowKind kind = RowKind::kMeasured;
  std::optional<bool> held;  ///< whether it lies in the band, where there is one
};

/// What a chart is made of, for others to plot: a name for each column, texts row by row.
struct DataTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

struct Outcome {
  std::vector<ExperimentRow> rows;
  std::vector<std::string> notes;  ///< sentences: how it was read, why a band is missed
  DataTable points;
  Chart chart;

  /// Figures without a published one.
  void measured(std::string what, double simulated);
  /// One that set a parameter.
  void calibration(std::string what, double published, double simulated);
  void prediction(std::string what, double published, const Band& band, double simulated);
  /// The same where what was published is no single number.
  void prediction(std::string what, std::string published, const Band& band, double simulated);
  /// Names and figures that have to come in this order, each less than the next.
  void order(std::string published, const std::vector<std::pair<std::string, double>>& rising);
  void note(std::string sentence) { notes.push_back(std::move(sentence)); }

  /// Makes chart and points: a bar for each name, beside it what was published (NaN or nothing:
  /// none).
  void bars(const std::string& x_label, const std::string& y_label,
            const std::vector<std::string>& names, const std::vector<double>& simulated,
            const std::vector<double>& published = {}, bool log = true);
  /// The same of several bars for each name.
  void grouped_bars(const std::string& x_label, const std::string& y_label,
                    const std::vector<std::string>& names, const std::vector<Series>& series,
                    bool log = true);
  /// Makes chart and points: a line for each series over x.
  void lines(const std::string& x_label, const std::string& y_label, const std::vector<double>& x,
             const std::vector<Series>& series, bool log_x = false, bool log_y = false);
};

/// A number as it is printed and written: whole if it is large, else with three or four digits that
/// count.
std::string figure(double value);

struct Experiment {
  std::string name;
  std::string id;  ///< in the list of published results ("R09"); empty for a textbook claim
  std::string title;
  std::string claim;                 ///< what was published or is taught, in a sentence
  std::string source;                ///< publication, or what kind of claim it is
  std::vector<std::string> presets;  ///< cost models that it runs with, and no others
  void (*run)(Workbench& bench, Outcome& outcome);
};

/// All experiments, in the order of the catalogue.
const std::vector<Experiment>& all_experiments();
/// The one of that name; the error suggests the nearest.
Result<const Experiment*> find_experiment(std::string_view name);

/// Runs one. Errors: a guest is not there, or did not end as it should; `between` of the bench
/// stopped it.
Result<Outcome> run_experiment(const Experiment& experiment, Workbench& bench);

/// Predictions that held and those that did not.
struct Tally {
  u64 held = 0, missed = 0;
};
Tally tally(const Outcome& outcome);

/// The points as comma-separated values (RFC 4180), the names of the columns first.
std::string csv(const DataTable& table);

/// An experiment and its outcome: an element of `experiments` in schema ringside/experiment/1.
nlohmann::ordered_json to_json(const Experiment& experiment, const Outcome& outcome);

}  // namespace ringside::study
