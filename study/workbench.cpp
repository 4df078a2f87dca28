#include "study/workbench.hpp"

#include <fmt/format.h>

#include "session/open.hpp"

namespace ringside::study {

using session::Options;
using session::Report;
using session::Session;

// --- counters ---

Counters::Counters(const Report& r) {
  values_["cycles"] = static_cast<double>(r.cycles);
  values_["instructions"] = static_cast<double>(r.guest_instructions());
  values_["translated"] = static_cast<double>(r.translated);
  values_["emulated"] = static_cast<double>(r.emulated);
  values_["tlb-misses"] = static_cast<double>(r.tlb_misses);
  for (const auto& each : r.accounts)
    values_["account:" + each.name] = static_cast<double>(each.cycles);
  for (const auto& each : r.charges) {
    values_["count:" + each.parameter] = static_cast<double>(each.count);
    values_["cost:" + each.parameter] = static_cast<double>(each.cycles);
  }
  for (const auto& each : r.exits) {
    values_["exits"] += static_cast<double>(each.count);
    values_["exits:" + each.reason] = static_cast<double>(each.count);
    values_["exit-cycles:" + each.reason] = static_cast<double>(each.cycles);
  }
}

double Counters::operator[](const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? 0 : found->second;
}

double Counters::all(const std::string& prefix) const {
  double sum = 0;
  for (auto i = values_.lower_bound(prefix); i != values_.end() && i->first.starts_with(prefix);
       ++i)
    sum += i->second;
  return sum;
}

std::vector<std::string> Counters::names(const std::string& prefix) const {
  std::vector<std::string> names;
  for (auto i = values_.lower_bound(prefix); i != values_.end() && i->first.starts_with(prefix);
       ++i)
    names.push_back(i->first.substr(prefix.size()));
  return names;
}

Counters operator-(Counters a, const Counters& b) {
  for (const auto& [name, value] : b.values_) a.values_[name] -= value;
  return a;
}

Counters operator/(Counters a, double n) {
  for (auto& [name, value] : a.values_) value /= n;
  return a;
}

// --- runs ---

void Workbench::fail_with(Error error) {
  if (!error_) error_ = std::move(error);
}

// Bundled disks are found as bundled guests are.
Options Workbench::complete(Options options) const {
  options.folders = settings_.folders;
  for (std::string& drive : options.drives) {
    Options named;
    named.guest = drive, named.folders = settings_.folders;
    if (const auto path = session::find_guest(named)) drive = *path;
  }
  if (options.max_instructions == 0) options.max_instructions = 2'000'000'000;
  if (settings_.model) options.cost_model = settings_.model(options.cost_model);
  return options;
}

std::optional<Session> Workbench::run_session(const Options& given, bool may_fail) {
  if (error_) return std::nullopt;
  if (settings_.announce)
    settings_.announce(
        fmt::format("{} \"{}\" under {}", given.guest, given.append, given.strategy));
  auto session = Session::open(complete(given));
  if (!session) return fail_with(session.error()), std::nullopt;
  session->run([&] {
    if (!settings_.between || settings_.between(*session)) return true;
    session->stop("the user ended it");
    return false;
  });
  // Many runs are over before anybody is asked.
  if (settings_.between && !settings_.between(*session))
    return fail_with({Error::Kind::kInternal, given.guest, "", "the user ended it", "run it again"}), std::nullopt;
  const Report report = session->report();
  const bool good = report.outcome == "exited" && report.exit_code == 0;
  if (good || (may_fail && report.outcome != "limit")) return std::move(*session);
  fail_with({Error::Kind::kInternal, given.guest,
             fmt::format("\"{}\" under {} on {}", given.append, given.strategy, given.isa),
             fmt::format("{} with code {} {}", report.outcome, report.exit_code, report.reason),
             "run it by `ringside run` to see why"});
  return std::nullopt;
}

Report Workbench::run(const Options& options, bool may_fail) {
  const auto session = run_session(options, may_fail);
  return session ? session->report() : Report{};
}

Counters Workbench::repeated(Options options, u32 fewer, u32 more) {
  const std::string words = options.append.empty() ? "" : " " + options.append;
  const auto counted = [&](u32 n) {
    options.append = std::to_string(n) + words;
    return Counters(run(options));
  };
  return (counted(more) - counted(fewer)) / (more - fewer);
}

Counters Workbench::operation(const Options& options, u32 usual_times) {
  const u32 n = times(usual_times);
  Options empty = options;
  empty.append += options.append.empty() ? "empty" : " empty";
  return repeated(options, n, 3 * n) - repeated(empty, n, 3 * n);
}

// --- machines ---

namespace {
Options on(std::string strategy, std::string isa, const std::string& guest,
           const std::string& preset, std::string script, std::string paging = "") {
  Options options;
  options.guest = "guests/zisa/" + guest;
  options.strategy = std::move(strategy);
  options.isa = std::move(isa);
  options.cost_model = preset;
  options.append = std::move(script);
  options.paging = std::move(paging);
  return options;
}
}  // namespace

Options on_bare(const std::string& guest, const std::string& preset, std::string script) {
  return on("bare", "zisa", guest, preset, std::move(script));
}
Options on_trap_emulate(const std::string& guest, const std::string& preset, std::string script) {
  return on("trap-emulate", "zisa-v", guest, preset, std::move(script));
}
Options on_dbt(const std::string& guest, const std::string& preset, std::string script) {
  return on("dbt", "zisa", guest, preset, std::move(script));
}
Options on_paravirt(const std::string& guest, const std::string& preset, std::string script) {
  return on("paravirt", "zisa", guest, preset, std::move(script));
}
Options on_hvm_shadow(const std::string& guest, const std::string& preset, std::string script) {
  return on("hvm", "zisa-h", guest, preset, std::move(script), "shadow");
}
Options on_hvm_nested(const std::string& guest, const std::string& preset, std::string script,
                      unsigned depth) {
  Options options = on("hvm", "zisa-h", guest, preset, std::move(script), "nested");
  options.nested_depth = depth;
  return options;
}

Options on_x86(const std::string& strategy, const std::string& guest, const std::string& preset, std::string script,
               std::string paging) {
  Options options = on(strategy, "x86", guest, preset, std::move(script), strategy == "hvm" ? std::move(paging) : "");
  options.guest = "guests/x86/" + guest;
  return options;
}

}  // namespace ringside::study
