// The options that say which guest runs on which machine: the same for run, compare, check, debug.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/frame.hpp"
#include "session/options.hpp"

namespace ringside::cli {

struct GuestOptions {
  session::Options session;  ///< filled while the command line is read
  std::string input_file;
  std::vector<std::string> appends;  ///< in the order given
  std::optional<u64> max_instructions;

  /// The options of the session: reads --input. `guests`: those of one machine, where the verb takes several.
  /// `default_limit`: of instructions, where --max-instructions is not given.
  Result<session::Options> finish(u64 default_limit,
                                  const std::vector<std::string>& guests = {}) const;

 private:
  Result<void> name_guests(session::Options& options, const std::vector<std::string>& guests) const;
};

/// Limit on instructions where nobody watches.
inline constexpr u64 kUnwatchedLimit = 10'000'000'000;

/// Adds them to a verb; `options` must outlive the parsing. `limit`: what --max-instructions is by
/// default, for the help.
void add_guest_options(CLI::App& verb, GuestOptions& options, const Frame& frame,
                       const std::string& limit = "10000000000; 0 in a terminal");
/// `by_default`: what the options hold already, for the help.
void add_strategy_option(CLI::App& verb, GuestOptions& options,
                         const std::string& by_default = "bare");
/// For verbs that can go back, and for those that cannot, which say where it belongs.
void add_history_option(CLI::App& verb, GuestOptions& options);
void refuse_history_option(CLI::App& verb);

/// Adds an option whose value is a decimal number, or a size with K, M, G.
CLI::Option* add_number(CLI::App& verb, const std::string& name, std::function<void(u64)> set,
                        const std::string& help);
CLI::Option* add_size(CLI::App& verb, const std::string& name, u64& to, const std::string& help);

/// Texts separated by commas, as a list.
std::vector<std::string> comma_separated(const std::string& text);

}  // namespace ringside::cli
