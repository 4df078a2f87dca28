#include "study/experiment.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/nearest.hpp"
#include "study/experiments/catalogue.hpp"
#include "study/workbench.hpp"

namespace ringside::study {

using Json = nlohmann::ordered_json;

std::string_view row_kind_name(RowKind kind) {
  switch (kind) {
    case RowKind::kCalibration:
      return "calibration";
    case RowKind::kPrediction:
      return "prediction";
    case RowKind::kMeasured:
      return "measured";
  }
  return "?";
}

std::string figure(double value) {
  if (!std::isfinite(value)) return "-";
  const double size = std::abs(value);
  if (size >= 1000 || value == std::round(value)) return fmt::format("{:.0f}", value);
  return size >= 100 ? fmt::format("{:.1f}", value)
         : size >= 1 ? fmt::format("{:.2f}", value)
                     : fmt::format("{:.4f}", value);
}

// --- bands ---

Band between(double low, double high) {
  return {fmt::format("{} to {}", figure(low), figure(high)),
          [=](double x) { return x >= low && x <= high; }};
}

Band within_percent(double published, double percent) {
  const double most = std::abs(published) * percent / 100;
  return {fmt::format("within {} %", figure(percent)),
          [=](double x) { return std::abs(x - published) <= most; }};
}

Band within_factor(double published, double factor) {
  Band band = between(published / factor, published * factor);
  band.text = fmt::format("within a factor of {}", figure(factor));
  return band;
}

Band exactly(double value) {
  return {"exactly", [=](double x) { return std::abs(x - value) < 1e-6; }};
}

Band below(double limit) {
  return {"below " + figure(limit), [=](double x) { return x < limit; }};
}

Band above(double limit) {
  return {"above " + figure(limit), [=](double x) { return x > limit; }};
}

Band at_least(double limit) {
  return {"at least " + figure(limit), [=](double x) { return x >= limit; }};
}

Band in_order() {
  return {"the order", [](double x) { return x == 1; }};
}

// --- outcomes ---

void Outcome::measured(std::string what, double simulated) {
  rows.push_back({std::move(what), "", "", figure(simulated), simulated, RowKind::kMeasured, {}});
}

// One cycle in a hundred, or one: a handler here has not the instructions of the one that was
// measured.
void Outcome::calibration(std::string what, double published, double simulated) {
  const bool held = std::abs(simulated - published) <= std::max(1.0, 0.01 * published);
  rows.push_back({std::move(what), figure(published), "within 1 %", figure(simulated), simulated,
                  RowKind::kCalibration, held});
}

void Outcome::prediction(std::string what, double published, const Band& band, double simulated) {
  prediction(std::move(what), figure(published), band, simulated);
}

void Outcome::prediction(std::string what, std::string published, const Band& band,
                         double simulated) {
  rows.push_back({std::move(what), std::move(published), band.text, figure(simulated), simulated,
                  RowKind::kPrediction, band.holds(simulated)});
}

void Outcome::order(std::string published,
                    const std::vector<std::pair<std::string, double>>& rising) {
  std::string what, text;
  bool held = true;
  for (std::size_t i = 0; i < rising.size(); ++i) {
    const char* sign = i == 0 ? "" : " < ";
    what += sign + rising[i].first;
    text += sign + figure(rising[i].second);
    held = held && (i == 0 || rising[i - 1].second < rising[i].second);
  }
  if (!held) text = "not so: " + text;
  rows.push_back({std::move(what), std::move(published), in_order().text, std::move(text),
                  held ? 1.0 : 0.0, RowKind::kPrediction, held});
}

namespace {

std::string point_text(double value) {
  return std::isfinite(value) ? fmt::format("{:.6g}", value) : "";
}

// A row for each name or x, a column for each series.
DataTable table_of(const std::string& head, const std::vector<std::string>& names,
                   const std::vector<Series>& series) {
  DataTable table{{head}, {}};
  for (const Series& each : series) table.columns.push_back(each.name);
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::vector<std::string> row{names[i]};
    for (const Series& each : series) row.push_back(i < each.y.size() ? point_text(each.y[i]) : "");
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

void Outcome::bars(const std::string& x_label, const std::string& y_label,
                   const std::vector<std::string>& names, const std::vector<double>& simulated,
                   const std::vector<double>& published, bool log) {
  std::vector<Series> series{{"simulated", simulated}};
  if (!published.empty()) series.push_back({"published", published, true});
  grouped_bars(x_label, y_label, names, series, log);
}

void Outcome::grouped_bars(const std::string& x_label, const std::string& y_label,
                           const std::vector<std::string>& names, const std::vector<Series>& series,
                           bool log) {
  points = table_of(x_label, names, series);
  chart.shape = Chart::Shape::kBars;
  chart.x_label = x_label, chart.y_label = y_label, chart.log_y = log;
  chart.categories = names, chart.series = series;
}

void Outcome::lines(const std::string& x_label, const std::string& y_label,
                    const std::vector<double>& x, const std::vector<Series>& series, bool log_x,
                    bool log_y) {
  std::vector<std::string> names;
  for (const double each : x) names.push_back(point_text(each));
  points = table_of(x_label, names, series);
  chart.shape = Chart::Shape::kLines;
  chart.x_label = x_label, chart.y_label = y_label, chart.log_x = log_x, chart.log_y = log_y;
  chart.x = x, chart.series = series;
}

Tally tally(const Outcome& outcome) {
  Tally sum;
  for (const auto& row : outcome.rows)
    if (row.kind == RowKind::kPrediction) ++(row.held.value_or(false) ? sum.held : sum.missed);
  return sum;
}

// --- the catalogue ---

const std::vector<Experiment>& all_experiments() {
  static const std::vector<Experiment> all = {
#define RINGSIDE_MADE(name) experiments::name(),
      RINGSIDE_EXPERIMENTS(RINGSIDE_MADE)
#undef RINGSIDE_MADE
  };
  return all;
}

Result<const Experiment*> find_experiment(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Experiment& each : all_experiments()) {
    if (each.name == name) return &each;
    names.push_back(each.name);
  }
  const std::string_view meant = nearest(name, names);
  return fail({Error::Kind::kUsage, "", "experiment " + std::string(name), "no such experiment",
               (meant.empty() ? "" : "did you mean " + std::string(meant) + "? ") +
                   std::string("`ringside experiment list` names them")});
}

Result<Outcome> run_experiment(const Experiment& experiment, Workbench& bench) {
  Outcome outcome;
  outcome.chart.title = experiment.title;
  experiment.run(bench, outcome);
  if (bench.error()) return fail(*bench.error());
  return outcome;
}

// --- documents ---

namespace {

// RFC 4180: quotes where a separator, a quote or the end of a line stands inside; quotes are
// doubled.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i)
    line += (i == 0 ? "" : ",") + csv_field(fields[i]);
  return line + "\r\n";
}

Json row_json(const ExperimentRow& row) {
  return {{"what", row.what},
          {"published", row.published},
          {"band", row.band},
          {"simulated", row.simulated},
          {"value", std::isfinite(row.value) ? Json(row.value) : Json(nullptr)},
          {"kind", row_kind_name(row.kind)},
          {"held", row.held ? Json(*row.held) : Json(nullptr)}};
}

}  // namespace

std::string csv(const DataTable& table) {
  std::string text = csv_line(table.columns);
  for (const auto& row : table.rows) text += csv_line(row);
  return text;
}

Json to_json(const Experiment& experiment, const Outcome& outcome) {
  Json rows = Json::array();
  for (const auto& row : outcome.rows) rows.push_back(row_json(row));
  return {{"name", experiment.name},
          {"id", experiment.id},
          {"title", experiment.title},
          {"claim", experiment.claim},
          {"source", experiment.source},
          {"presets", experiment.presets},
          {"rows", std::move(rows)},
          {"notes", outcome.notes},
          {"points", {{"columns", outcome.points.columns}, {"rows", outcome.points.rows}}}};
}

}  // namespace ringside::study
