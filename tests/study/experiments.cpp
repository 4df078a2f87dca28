// Experiments read what the simulation counts: all of them run, their documents are well-formed,
// and a figure moves when a price that it depends on does.
#include "study/experiment.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "cost/model.hpp"
#include "study/workbench.hpp"

using namespace ringside;
using namespace ringside::study;

namespace {

Workbench::Settings quick() {
  Workbench::Settings settings;
  settings.folders = {RINGSIDE_BUILD_DIR};
  settings.quick = true;
  return settings;
}

const Experiment& named(const std::string& name) {
  const auto found = find_experiment(name);
  REQUIRE(found.has_value());
  return **found;
}

Outcome outcome_of(const std::string& name, const Workbench::Settings& settings = quick()) {
  Workbench bench(settings);
  auto outcome = run_experiment(named(name), bench);
  if (!outcome) FAIL(outcome.error().text());
  return *outcome;
}

double value_of(const Outcome& outcome, const std::string& what) {
  for (const auto& row : outcome.rows)
    if (row.what.find(what) != std::string::npos) return row.value;
  FAIL("no row " << what);
  return 0;
}

/// A preset with one price changed, as a file that goes when the test ends.
class OtherPrice {
 public:
  OtherPrice(const std::string& preset, const std::string& parameter)
      : path_(std::filesystem::temp_directory_path() /
              ("ringside-price-" + preset + "-" + parameter + ".json")) {
    const auto model = cost::preset(preset);
    REQUIRE(model.has_value());
    nlohmann::json json{{"name", preset + "-changed"}, {"description", "one price differs"}};
    for (const cost::Row& row : cost::kRows) {
      if (row.fixed()) continue;
      const u64 price = (*model)[row.param];
      json["parameters"][std::string(row.key())] = {
          {"value", row.key() == parameter ? price * 2 + 7 : price},
          {"source", "assumed: for a test"}};
    }
    std::ofstream(path_) << json;
  }
  ~OtherPrice() { std::filesystem::remove(path_); }
  OtherPrice(const OtherPrice&) = delete;
  OtherPrice& operator=(const OtherPrice&) = delete;

  Workbench::Settings settings() const {
    auto changed = quick();
    changed.model = [path = path_.string()](const std::string&) { return path; };
    return changed;
  }

 private:
  std::filesystem::path path_;
};

// Elements that are opened are closed, in order; attributes are quoted. Charts have no more of XML.
void check_xml(const std::string& text) {
  std::vector<std::string> open;
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
    const std::size_t end = text.find('>', at);
    REQUIRE(end != std::string::npos);
    const std::string inside = text.substr(at + 1, end - at - 1);
    CHECK(std::ranges::count(inside, '"') % 2 == 0);
    CHECK(inside.find('<') == std::string::npos);
    const std::string name =
        inside.substr(inside[0] == '/', inside.find_first_of(" /", 1) - (inside[0] == '/'));
    if (inside[0] == '/') {
      REQUIRE(!open.empty());
      CHECK(open.back() == inside.substr(1));
      open.pop_back();
    } else if (inside.back() != '/') {
      open.push_back(name);
    }
  }
  CHECK(open.empty());
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

}  // namespace

TEST_CASE("every experiment runs, and what it writes is well-formed") {
  std::set<std::string> names;
  for (const Experiment& experiment : all_experiments()) {
    INFO(experiment.name);
    CHECK(names.insert(experiment.name).second);
    CHECK_FALSE(experiment.claim.empty());
    CHECK_FALSE(experiment.source.empty());
    for (const auto& preset : experiment.presets) CHECK(cost::preset(preset).has_value());
    const Outcome outcome = outcome_of(experiment.name);
    CHECK_FALSE(outcome.rows.empty());
    for (const auto& row : outcome.rows) {
      INFO(row.what);
      CHECK(std::isfinite(row.value));
      CHECK(row.held.has_value() == (row.kind != RowKind::kMeasured));
    }
    REQUIRE(outcome.points.columns.size() > 1);
    CHECK_FALSE(outcome.points.rows.empty());
    for (const auto& row : outcome.points.rows) CHECK(row.size() == outcome.points.columns.size());
    CHECK(lines_of(csv(outcome.points)) == outcome.points.rows.size() + 1);
    check_xml(svg(outcome.chart));
    CHECK_FALSE(outcome.chart.y_label.empty());
    const auto json = to_json(experiment, outcome);
    CHECK(json["rows"].size() == outcome.rows.size());
  }
}

TEST_CASE("an experiment uses the presets that it names and no others") {
  for (const Experiment& experiment : all_experiments()) {
    INFO(experiment.name);
    std::set<std::string> used;
    auto settings = quick();
    settings.model = [&](const std::string& preset) { return used.insert(preset), preset; };
    outcome_of(experiment.name, settings);
    CHECK(used == std::set<std::string>(experiment.presets.begin(), experiment.presets.end()));
  }
}

// Each with a row that has to move, and one that may not.
TEST_CASE("a figure moves with the prices that it depends on") {
  struct Case {
    const char *experiment, *parameter, *moves, *stays;
  };
  for (const Case& each :
       {Case{"syscall", "callout_full", "dbt / bare", "bare machine"},
        {"syscall", "vmm_switch", "dbt / bare", "hvm / bare"},
        {"port-input", "device_access", "bare machine", "dbt, cycles"},
        {"call-return", "tc_hash", "dbt less bare", "bare machine"},
        {"page-fault", "vmread", "hvm / dbt", "dbt, cycles"},
        {"plain-fault", "vmm_inject", "dbt, cycles", "bare machine"},
        {"pte-write", "vmm_memory", "hvm / dbt", "a light call-out"},
        {"pte-write", "callout_light", "hvm / dbt", "hvm, cycles"},
        {"three-ways", "vmm_decode", "trap-and-emulate, cycles", "full call-out"},
        {"three-ways", "system_register", "in the cache, cycles", "full call-out"},
        {"break-even", "translate_insn", "in the cache: executions", "in the cache: h"},
        {"round-trip", "vm_exit", "prescott-2005: hardware", "modern: hardware"},
        {"trap-rate", "vmm_emulate", "of a core", "levels"},
        {"cycle-counter", "vm_exit", "exiting, cycles", "bare, cycles"},
        {"hypercall", "hypercall_entry", "does nothing, cycles", "trap of one entry"},
        {"hypercall", "pv_validate", "batch of 256, cycles", "does nothing, cycles"},
        {"crossover", "tc_hash", "at the crossing", "none"},
        {"coalescing", "callout_full", "full ones", "light ones"},
        {"fork-clusters", "vm_entry", "hardware and control block", "traced writes"},
        {"shadow-or-nested", "walk_reference", "misses for each write", "none"}}) {
    INFO(each.experiment << ", " << each.parameter);
    const Experiment& experiment = named(each.experiment);
    const OtherPrice price(experiment.presets.front(), each.parameter);
    const Outcome before = outcome_of(each.experiment),
                  after = outcome_of(each.experiment, price.settings());
    CHECK(value_of(before, each.moves) != value_of(after, each.moves));
    for (std::size_t i = 0; i < before.rows.size(); ++i)
      if (before.rows[i].what.find(each.stays) != std::string::npos)
        CHECK(before.rows[i].value == after.rows[i].value);
  }
}

TEST_CASE("the manual has a section on every experiment") {
  std::ostringstream text;
  text << std::ifstream(RINGSIDE_SOURCE_DIR "/docs/experiments.md").rdbuf();
  for (const Experiment& experiment : all_experiments()) {
    INFO(experiment.name);
    CHECK(text.str().find("\n## " + experiment.name) != std::string::npos);
    CHECK(text.str().find("`ringside experiment " + experiment.name + "`") != std::string::npos);
  }
}

TEST_CASE("unknown experiments are answered with the nearest") {
  const auto found = find_experiment("pte-wirte");
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().kind == Error::Kind::kUsage);
  CHECK(found.error().text().find("did you mean pte-write?") != std::string::npos);
}

TEST_CASE("an experiment without its guests says which is missing") {
  Workbench bench({.folders = {"/nonexistent"}});
  const auto outcome = run_experiment(named("syscall"), bench);
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().text().find("micro-syscall") != std::string::npos);
}

TEST_CASE("values with separators are quoted") {
  CHECK(csv({{"a", "b,c"}, {{"say \"x\"", "1\n2"}}}) ==
        "a,\"b,c\"\r\n\"say \"\"x\"\"\",\"1\n2\"\r\n");
}

TEST_CASE("charts escape texts and leave out what cannot be drawn") {
  Chart chart{.title = "a < b & \"c\"",
              .x_label = "x",
              .y_label = "y",
              .log_y = true,
              .categories = {"<one>", "two"}};
  chart.series = {{"s", {0, NAN}}, {"t & u", {1, 1000}}, {"mark", {10}, true}};
  const std::string bars = svg(chart);
  check_xml(bars);
  CHECK(bars.find("a &lt; b &amp; &quot;c&quot;") != std::string::npos);
  CHECK(bars.find("nan") == std::string::npos);
  CHECK(bars.find("inf") == std::string::npos);
  chart.shape = Chart::Shape::kLines, chart.log_x = true, chart.x = {-1, 10};
  check_xml(svg(chart));
  check_xml(svg({}));
}
