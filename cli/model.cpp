#include "cli/model.hpp"

#include "session/catalogue.hpp"

namespace ringside::cli {

std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* verb) { return !verb->get_name().empty(); });
}

std::vector<const CLI::Option*> options_of(const CLI::App& verb) {
  return verb.get_options(
      [](const CLI::Option* o) { return o->nonpositional() && !o->get_group().empty(); });
}

std::vector<const CLI::Option*> arguments_of(const CLI::App& verb) {
  return verb.get_options([](const CLI::Option* o) { return o->get_positional(); });
}

std::string name_of(const CLI::Option& option) {
  const auto& names = option.get_lnames();
  return names.empty() ? option.get_name() : "--" + names.front();
}

std::string value_of(const CLI::Option& option) {
  return option.get_expected_max() == 0 ? "" : option.get_type_name();
}

std::vector<std::string> values_of(const CLI::Option& option) {
  const std::string name = name_of(option);
  std::vector<std::string> values;
  if (name == "--strategy" || name == "--strategies")
    for (const auto& strategy : session::strategies()) values.emplace_back(strategy.name);
  if (name == "--isa") values = session::isa_names();
  if (name == "--cost-model") values = session::cost_model_names();
  if (name == "--paging") values = {"shadow", "nested"};
  return values;
}

}  // namespace ringside::cli
