// What the command line consists of, read off CLI11: for completion and the manual page.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace ringside::cli {

/// The verbs, in their order.
std::vector<const CLI::App*> verbs_of(const CLI::App& app);
/// Options with names, the hidden ones left out; positionals.
std::vector<const CLI::Option*> options_of(const CLI::App& verb);
std::vector<const CLI::Option*> arguments_of(const CLI::App& verb);

/// "--memory", and "SIZE" or nothing.
std::string name_of(const CLI::Option& option);
std::string value_of(const CLI::Option& option);

/// Values that an option is known to take ("--strategy": bare, ...); empty where any will do.
std::vector<std::string> values_of(const CLI::Option& option);

}  // namespace ringside::cli
