#include "study/compare.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "session/catalogue.hpp"
#include "session/open.hpp"
#include "study/causes.hpp"

namespace ringside::study {

using session::Options;
using session::Report;
using session::Session;

namespace {

constexpr const char* kReference = "bare";

template <class List, class T>
bool contains(const List& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool serves(const session::StrategyInfo& strategy, const std::string& isa) {
  return contains(strategy.isas, isa);
}

Result<void> check_names(const std::vector<std::string>& names) {
  for (const auto& name : names)
    if (auto made = session::make_strategy(name); !made) return fail(made.error());
  return {};
}

// Of a variant that was asked for, all strategies that it can serve; else those that it is meant for.
bool takes_part(const CompareOptions& options, const session::StrategyInfo& strategy, const std::string& isa) {
  if (serves(strategy, isa)) return true;
  if (options.session.isa.empty()) return false;
  return !strategy.hardware_assistance || contains(options.strategies, strategy.name);
}

std::vector<std::string> chosen_strategies(const CompareOptions& options, const std::string& isa) {
  std::vector<std::string> names;
  for (const auto& strategy : session::strategies()) {
    const bool wanted = options.strategies.empty() || contains(options.strategies, strategy.name);
    if (wanted && takes_part(options, strategy, isa)) names.emplace_back(strategy.name);
  }
  return names;
}

std::vector<std::string> chosen_isas(const CompareOptions& options) {
  if (!options.session.isa.empty()) return {options.session.isa};
  if (session::is_x86_guest(options.session)) return {session::kX86};
  std::vector<std::string> isas;
  for (const auto& isa : session::isa_names())
    for (const auto& strategy : session::strategies())
      if (isa != session::kX86 && strategy.name != kReference && serves(strategy, isa) && !contains(isas, isa))
        isas.push_back(isa);
  return isas;
}

Compared compared_to(const Report& bare, Report report) {
  const bool same = report.console == bare.console;
  const bool ended_alike =
      report.outcome == "exited" && bare.outcome == "exited" && report.exit_code == bare.exit_code;
  std::optional<double> slow_down;
  if (ended_alike && bare.cycles != 0)
    slow_down = static_cast<double>(report.cycles) / static_cast<double>(bare.cycles);
  return {std::move(report), true, same, slow_down};
}

/// One comparison, run by run.
class Comparison {
 public:
  Comparison(const CompareOptions& options, const Announce& announce, const Between& between)
      : options_(options), announce_(announce), between_(between) {}

  Result<std::vector<Compared>> operator()() {
    for (const auto& isa : chosen_isas(options_)) {
      if (stopped_) break;
      if (auto done = on(isa); !done) return fail(done.error());
    }
    return std::move(runs_);
  }

 private:
  Result<void> on(const std::string& isa) {
    const auto bare = run(isa, kReference);
    if (!bare) return fail(bare.error());
    for (const auto& strategy : chosen_strategies(options_, isa)) {
      if (strategy == kReference) {
        runs_.push_back(compared_to(*bare, *bare));
        continue;
      }
      if (stopped_) break;
      if (session::runs_ported(strategy)) {
        if (auto done = run_ported(*bare, isa, strategy); !done) return fail(done.error());
        continue;
      }
      if (auto done = run_unmodified(*bare, isa, strategy); !done) return fail(done.error());
    }
    return {};
  }

  /// Hardware assistance by both kinds of paging, unless one was asked for.
  Result<void> run_unmodified(const Report& bare, const std::string& isa, const std::string& strategy) {
    const auto info = session::find_strategy(strategy);
    const bool both = info && (*info)->hardware_assistance && options_.session.paging.empty();
    Options options = options_.session;
    for (const char* paging : both ? std::vector{"nested", "shadow"} : std::vector{options_.session.paging.c_str()}) {
      if (stopped_) break;
      options.paging = paging;
      auto report = run(isa, strategy, options);
      if (!report) return fail(report.error());
      runs_.push_back(compared_to(bare, std::move(*report)));
    }
    return {};
  }

  /// A strategy for ported guests takes GUEST-pv beside the guest; without one the row says so.
  Result<void> run_ported(const Report& bare, const std::string& isa, const std::string& strategy) {
    Options options = options_.session;
    options.guest += session::kPortSuffix;
    if (!session::find_guest(options)) {
      Report none;
      none.guest = options.guest, none.isa = isa, none.strategy = strategy, none.cost_model = bare.cost_model;
      none.outcome = kNotRun, none.reason = "there is no " + options.guest + ", a port of the guest to this VMM";
      runs_.push_back({std::move(none), false, false, std::nullopt});
      return {};
    }
    auto report = run(isa, strategy, options);
    if (!report) return fail(report.error());
    runs_.push_back(compared_to(bare, std::move(*report)));
    runs_.back().unmodified = false;
    return {};
  }

  Result<Report> run(const std::string& isa, const std::string& strategy) {
    return run(isa, strategy, options_.session);
  }

  Result<Report> run(const std::string& isa, const std::string& strategy, Options options) {
    announce_(isa, strategy);
    options.isa = isa;
    options.strategy = strategy;
    const auto info = session::find_strategy(strategy);
    if (info && !(*info)->hardware_assistance) options.paging.clear();  // nested is for others
    auto session = Session::open(options);
    if (!session) return fail(session.error());
    session->run([&] { return goes_on(*session); });
    if (stopped_) session->stop("the user ended it");
    return judged_report(*session, [&](const Session& again) { return goes_on(again); });
  }

  bool goes_on(const Session& session) {
    stopped_ = stopped_ || (between_ && !between_(session));
    return !stopped_;
  }

  const CompareOptions& options_;
  const Announce& announce_;
  const Between& between_;
  std::vector<Compared> runs_;
  bool stopped_ = false;
};

}  // namespace

Result<std::vector<Compared>> compare(const CompareOptions& options, const Announce& announce,
                                      const Between& between) {
  if (auto good = check_names(options.strategies); !good) return fail(good.error());
  return Comparison(options, announce, between)();
}

nlohmann::ordered_json to_json(const std::vector<Compared>& runs) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const Compared& run : runs) {
    Json json = session::to_json(run.report);
    json["unmodified"] = run.unmodified;
    json["console_as_bare"] = run.console_as_bare;
    json["slow_down"] = run.slow_down ? Json(*run.slow_down) : Json(nullptr);
    list.push_back(std::move(json));
  }
  return {{"schema", "ringside/compare/1"}, {"runs", std::move(list)}};
}

}  // namespace ringside::study
