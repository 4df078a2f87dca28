#include "bench/strategies.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "bench/child.hpp"

namespace ringside::bench {

namespace {

struct Way {
  const char *strategy, *isa, *guest;
};

constexpr Way kUserBound[] = {{"bare", "zisa", "zos"},
                              {"trap-emulate", "zisa-v", "zos"},
                              {"dbt", "zisa", "zos"},
                              {"paravirt", "zisa", "zos-pv"},
                              {"hvm", "zisa-h", "zos"}};
constexpr Way kExiting[] = {{"trap-emulate", "zisa-v", "micro-cr-read"},
                            {"dbt", "zisa", "micro-device-read"},
                            {"hvm", "zisa-h", "micro-device-read"}};
// 54 million instructions each time; more numbers do not fit the guest's memory.
constexpr const char* kPrimes = "primes 3000000; primes 3000000; primes 3000000; primes 3000000; primes 3000000";
constexpr const char* kNoPrimes = "primes 10";
constexpr u64 kExits = 1'000'000;

struct Ran {
  u64 instructions = 0, exits = 0;
  double seconds = 0;
};

Result<Ran> run(const Settings& s, const Way& way, const std::string& append) {
  const std::string guest = std::string("guests/zisa/") + way.guest;
  const auto child = run_child({s.ringside, "run", guest, "--json", "--append", append, "--strategy",
                                way.strategy, "--isa", way.isa});
  if (!child) return fail(child.error());
  if (child->status != 0)
    return fail({Error::Kind::kInternal, guest, "", fmt::format("ended with status {}", child->status),
                 "run it by hand to see why"});
  const auto report = nlohmann::json::parse(child->output);
  Ran ran{report.at("instructions").at("guest"), 0, child->cpu_seconds};
  for (const auto& exit : report.at("exits")) ran.exits += exit.at("count").get<u64>();
  return ran;
}

// The series of a strategy, made at its first measurement.
StrategySpeed& series(std::vector<StrategySpeed>& all, const Way& way) {
  for (StrategySpeed& each : all)
    if (each.strategy == way.strategy) return each;
  all.push_back({way.strategy, way.guest, 0, {}});
  return all.back();
}

Result<void> measure_way(const Settings& s, const Way& way, const char* few, const char* many, u64 Ran::*what,
                         std::vector<StrategySpeed>& into) {
  const auto empty = run(s, way, few), full = run(s, way, many);
  if (!empty || !full) return fail(empty ? full.error() : empty.error());
  StrategySpeed& speed = series(into, way);
  speed.count = *full.*what - *empty.*what;
  speed.side.empty.push_back(empty->seconds);
  speed.side.full.push_back(full->seconds);
  return {};
}

}  // namespace

Result<void> measure_strategies(const Settings& settings, Measured& all) {
  for (const Way& way : kUserBound)
    if (auto done = measure_way(settings, way, kNoPrimes, kPrimes, &Ran::instructions, all.user_bound); !done)
      return done;
  const std::string exits = std::to_string(kExits);
  for (const Way& way : kExiting)
    if (auto done = measure_way(settings, way, "1", exits.c_str(), &Ran::exits, all.exits); !done) return done;
  return {};
}

}  // namespace ringside::bench
