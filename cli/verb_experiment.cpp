// ringside experiment: published results and textbook claims, reproduced.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/experiment_text.hpp"
#include "cli/json_output.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"
#include "study/workbench.hpp"

namespace ringside::cli {

using Json = nlohmann::ordered_json;

namespace {

struct ExperimentArguments {
  std::string name = "list", output = "experiments";
  bool quick = false, json = false;
};

Result<void> write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file) return {};
  return fail({Error::Kind::kBadFile, path.string(), "", "cannot be written",
               "name another folder by --output"});
}

/// One `ringside experiment`.
class Experiments {
 public:
  Experiments(const ExperimentArguments& given, const Frame& frame)
      : given_(given), frame_(frame) {}

  Result<int> operator()() {
    if (given_.name == "list") return list();
    std::vector<const study::Experiment*> chosen;
    if (given_.name == "all") {
      for (const auto& each : study::all_experiments()) chosen.push_back(&each);
    } else {
      const auto found = study::find_experiment(given_.name);
      if (!found) return fail(found.error());
      chosen.push_back(*found);
    }
    if (auto made = make_folder(); !made) return fail(made.error());
    const InterruptWatch interrupts;
    for (const auto* each : chosen) {
      if (auto done = run(*each); !done) {
        progress_.clear();
        if (!InterruptWatch::interrupted()) return fail(done.error());
        say("Ctrl+C was pressed: the experiments are as far as they came");
        break;
      }
    }
    finish();
    return InterruptWatch::interrupted() ? kLimitReached : kOk;
  }

 private:
  Result<int> list() const {
    if (!given_.json) {
      std::cout << experiments_text(study::all_experiments(), style_);
      return kOk;
    }
    Json all = Json::array();
    for (const auto& each : study::all_experiments())
      all.push_back({{"name", each.name},
                     {"id", each.id},
                     {"title", each.title},
                     {"claim", each.claim},
                     {"source", each.source},
                     {"presets", each.presets}});
    print_json({{"schema", "ringside/experiment/1"}, {"experiments", std::move(all)}});
    return kOk;
  }

  Result<void> make_folder() const {
    std::error_code error;
    std::filesystem::create_directories(given_.output, error);
    if (!error) return {};
    return fail({Error::Kind::kBadFile, given_.output, "", "cannot be made a folder",
                 "name another by --output"});
  }

  Result<void> run(const study::Experiment& experiment) {
    study::Workbench bench(settings(experiment));
    auto outcome = study::run_experiment(experiment, bench);
    progress_.clear();
    if (!outcome) return fail(outcome.error());
    const std::filesystem::path folder = given_.output;
    if (auto done = write_file(folder / (experiment.name + ".csv"), study::csv(outcome->points));
        !done)
      return done;
    if (auto done = write_file(folder / (experiment.name + ".svg"), study::svg(outcome->chart));
        !done)
      return done;
    if (!given_.json) std::cout << outcome_text(experiment, *outcome, style_) << "\n" << std::flush;
    done_.push_back({&experiment, std::move(*outcome)});
    return {};
  }

  study::Workbench::Settings settings(const study::Experiment& experiment) {
    study::Workbench::Settings settings;
    settings.folders = frame_.folders;
    settings.quick = given_.quick;
    settings.announce = [this, &experiment](const std::string& what) {
      progress_.begin(experiment.name + ": " + what);
    };
    settings.between = [this](const session::Session& session) {
      progress_.show(session.progress());
      return !InterruptWatch::interrupted();
    };
    return settings;
  }

  void finish() const {
    if (given_.json) return print_document();
    if (given_.name == "all") std::cout << tally_text(done_, style_) << "\n";
    const bool one = done_.size() == 1;
    const std::string file = given_.output + "/" + (one ? done_.front().experiment->name : "NAME");
    std::cout << fmt::format("{1} as {0}.csv, {2} as {0}.svg\n", file, one ? "Table" : "Tables", one ? "chart" : "charts")
              << std::flush;
  }

  void print_document() const {
    Json all = Json::array();
    study::Tally sum;
    for (const Done& each : done_) {
      all.push_back(study::to_json(*each.experiment, each.outcome));
      const std::string file = given_.output + "/" + each.experiment->name;
      all.back()["csv"] = file + ".csv", all.back()["svg"] = file + ".svg";
      const study::Tally one = study::tally(each.outcome);
      sum.held += one.held, sum.missed += one.missed;
    }
    print_json({{"schema", "ringside/experiment/1"},
           {"held", sum.held},
           {"missed", sum.missed},
           {"experiments", std::move(all)}});
  }

  const ExperimentArguments& given_;
  const Frame& frame_;
  Style style_ = style_of(STDOUT_FILENO);
  Progress progress_;
  std::vector<Done> done_;
};

}  // namespace

void add_experiment(CLI::App& app, Frame& frame) {
  auto& verb = add_verb(
      app, "experiment",
      "Reproduce published results: what was measured beside what the simulation counts",
      "  ringside experiment list\n"
      "  ringside experiment pte-write\n"
      "  ringside experiment all                      # ends with what held and what was missed\n"
      "  ringside experiment forkwait --json --output charts");
  auto o = std::make_shared<ExperimentArguments>();
  verb.add_option("NAME", o->name, "An experiment, all, or list [list]")->type_name("");
  verb.add_option("--output", o->output, "Folder for NAME.csv and NAME.svg [experiments]")
      ->type_name("DIR");
  verb.add_flag("--quick", o->quick, "A tenth of the repetitions: faster, less exact");
  verb.add_flag("--json", o->json, "Outcomes as JSON (schema ringside/experiment/1)");
  verb.callback([o, &frame] {
    const auto status = Experiments(*o, frame)();
    frame.status = status ? *status : complain(status.error());
  });
}

}  // namespace ringside::cli
