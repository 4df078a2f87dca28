#include "session/notes.hpp"

#include <fmt/format.h>


#include "session/catalogue.hpp"

namespace ringside::session {

namespace {

constexpr std::string_view kAssisted = "zisa-h";

// Whoever owns the machine has all of it; of the others, one that uses hardware assistance says so.
bool uses_assistance(const std::string& strategy) {
  const auto info = find_strategy(strategy);
  return strategy == "bare" || (info && (*info)->hardware_assistance);
}

}  // namespace

std::vector<std::string> notes(const Options& options, const std::string& isa) {
  std::vector<std::string> all;
  if (isa == kAssisted && !uses_assistance(options.strategy))
    all.push_back(fmt::format(
        "zisa-h is zisa plus hardware assistance for a VMM, which {} does not use: the guest ran "
        "as on zisa.",
        options.strategy));
  if (options.translate_user && options.strategy != "dbt")
    all.push_back(fmt::format("{} translates no code: --translate-user changed nothing.",
                              options.strategy));
  if (options.rdcyc_exits && options.strategy != "hvm")
    all.push_back(fmt::format("Under {} no instruction exits by choice: --rdcyc-exits changed nothing.",
                              options.strategy));
  if (options.seed != 0)
    all.push_back(fmt::format("Nothing in this run is drawn at random: --seed {} changed nothing.",
                              options.seed));
  return all;
}

}  // namespace ringside::session
