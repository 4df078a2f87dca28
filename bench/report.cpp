#include "bench/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ringside::bench {

using Json = nlohmann::ordered_json;

namespace {

constexpr double kMebibyte = 1 << 20;

double best(const std::vector<double>& times) {
  return *std::min_element(times.begin(), times.end());
}

Json side(const Program& program, const Side& side) {
  return {
      {"mips", program.mips(side)}, {"cpu_seconds", side.full}, {"cpu_seconds_empty", side.empty}};
}

std::string strategies_table(const Measured& all) {
  std::string text = fmt::format("\n{:<15} {:>14} {:>14}   {:<18} {:>14}\n", "user code under",
                                 "million insns/s", "of bare", "exits of", "a million take");
  for (std::size_t i = 0; i < all.user_bound.size(); ++i) {
    const StrategySpeed& user = all.user_bound[i];
    text += fmt::format("{:<15} {:>15.0f} {:>14.2f}", user.strategy, user.per_second() / 1e6,
                        user.per_second() / all.user_bound.front().per_second());
    for (const StrategySpeed& exits : all.exits)
      if (exits.strategy == user.strategy)
        text += fmt::format("   {:<18} {:>12.2f} s", exits.guest, 1e6 / exits.per_second());
    text += "\n";
  }
  return text;
}

Json speeds(const std::vector<StrategySpeed>& all) {
  Json list = Json::array();
  for (const StrategySpeed& each : all)
    list.push_back({{"strategy", each.strategy},
                    {"guest", each.guest},
                    {"count", each.count},
                    {"per_second", each.per_second()},
                    {"cpu_seconds", each.side.full},
                    {"cpu_seconds_empty", each.side.empty}});
  return list;
}

// What is measured beside the five programs.
std::string rest_as_table(const Measured& all) {
  std::string text = fmt::format(
      "\none step back after 100 million instructions: {:.0f} ms (to reach: under 100)\n",
      1000 * best(all.back));
  text += fmt::format("hello on zos from start to end: {:.0f} ms (to reach: under 50)\n",
                      1000 * best(all.hello));
  text += fmt::format(
      "resident memory of a run: {:.1f} MiB, with {:.0f} MiB of guest RAM (to reach: at most 64 MB "
      "more)\n",
      static_cast<double>(all.resident_bytes) / kMebibyte, kGuestRam / kMebibyte);
  return text + strategies_table(all);
}

}  // namespace

std::string as_table(const Measured& all) {
  std::string text = fmt::format("{:<15} {:>12} {:>14} {:>14} {:>7}\n", "program", "million insns",
                                 "ringside MIPS", "qemu MIPS", "ratio");
  for (const Program& p : all.programs)
    text += fmt::format("{:<15} {:>13.1f} {:>14.0f} {:>14.0f} {:>7.2f}\n", p.name,
                        static_cast<double>(p.instructions) / 1e6, p.mips(p.ringside),
                        p.mips(p.qemu), p.ratio());
  text += fmt::format("{:<15} {:>13} {:>14} {:>14} {:>7.2f}\n", "geometric mean", "", "", "",
                      all.geometric_mean);
  return all.back.empty() ? text : text + rest_as_table(all);
}

std::string as_json(const Measured& all, const Settings& settings) {
  Json programs = Json::array();
  for (const Program& p : all.programs)
    programs.push_back({{"name", p.name},
                        {"instructions", p.instructions},
                        {"console", p.console},
                        {"ringside", side(p, p.ringside)},
                        {"qemu", side(p, p.qemu)},
                        {"ratio", p.ratio()}});
  const Json document = {{"schema", "ringside/bench/1"},
                         {"isa", settings.isa},
                         {"percent", settings.percent},
                         {"programs", programs},
                         {"geometric_mean", all.geometric_mean},
                         {"back_wall_seconds", all.back},
                         {"hello_wall_seconds", all.hello},
                         {"resident_bytes", all.resident_bytes},
                         {"guest_ram_bytes", kGuestRam},
                         {"user_bound", speeds(all.user_bound)},
                         {"exits", speeds(all.exits)}};
  return document.dump(2) + "\n";
}

}  // namespace ringside::bench
