// One guest under every strategy, on every variant of the ISA that serves it.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "session/session.hpp"
#include "study/causes.hpp"

namespace ringside::study {

/// Outcome of a run that there was not: the strategy asks for a ported guest, and there is none.
inline constexpr const char* kNotRun = "not run";

struct CompareOptions {
  session::Options session;  ///< guest, machine and limits; isa and strategy are chosen here
  std::vector<std::string> strategies;  ///< empty: all of the catalogue
};

/// One row of the table.
struct Compared {
  session::Report report;
  bool unmodified = true;        ///< the guest is the one that runs on the bare machine
  bool console_as_bare = false;  ///< it printed what it prints on the bare machine
  std::optional<double>
      slow_down;  ///< cycles over those of bare; only of guests that exited, and as on bare
};

/// Called before each run with the variant and the strategy.
using Announce = std::function<void(const std::string& isa, const std::string& strategy)>;

/// Runs the guest, strategy by strategy within variant by variant; bare runs in any case, to
/// compare with. Where `between` stops a run, it is the last one: as far as it came, it is in the
/// table. Errors: an unknown strategy or variant, files that are not what they should be.
Result<std::vector<Compared>> compare(const CompareOptions& options, const Announce& announce,
                                      const Between& between = {});

/// Schema ringside/compare/1: the reports of the runs, each with what compares it to bare.
nlohmann::ordered_json to_json(const std::vector<Compared>& runs);

}  // namespace ringside::study
