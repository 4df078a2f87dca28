// Where experiments run guests and read counters. The first error is kept, and everything after it
// is empty, so that an experiment reads like what it does.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "session/session.hpp"

namespace ringside::study {

/// Counters of a run by name, or differences and shares of them:
///   cycles, instructions, translated, emulated
///   account:NAME          cycles of an account (guest_user, vmm, ...)
///   count:PARAM, cost:PARAM  how often a cost parameter was charged, and the cycles
///   exits, exits:NAME, exit-cycles:NAME   NAME is that of the report, or the beginning of several
///   tlb-misses
class Counters {
 public:
  Counters() = default;
  explicit Counters(const session::Report& report);

  /// 0 for what was never counted.
  double operator[](const std::string& name) const;
  double cycles() const { return (*this)["cycles"]; }
  /// Sum of all whose name begins so.
  double all(const std::string& prefix) const;
  /// Names that begin so, what follows the prefix alone.
  std::vector<std::string> names(const std::string& prefix) const;

  friend Counters operator-(Counters a, const Counters& b);
  friend Counters operator/(Counters a, double n);

 private:
  std::map<std::string, double> values_;
};

class Workbench {
 public:
  struct Settings {
    std::vector<std::string> folders;  ///< where bundled guests are
    bool quick = false;  ///< fewer repetitions: to see whether it runs, not how exactly
    /// The cost model to take for a preset; by default the preset itself. For tests, which change a
    /// price.
    std::function<std::string(const std::string& preset)> model = {};
    /// Called before each run with what is done, and during it; false stops everything.
    std::function<void(const std::string& what)> announce = {};
    std::function<bool(const session::Session&)> between = {};
  };
  explicit Workbench(Settings settings) : settings_(std::move(settings)) {}

  /// How often to repeat an operation: so often, or a tenth of that in quick mode.
  u32 times(u32 usual) const { return settings_.quick ? std::max(2u, usual / 10) : usual; }

  /// Runs a guest to its end. It has to exit with code 0, unless `may_fail`.
  session::Report run(const session::Options& options, bool may_fail = false);
  /// Runs it and hands out the session itself; nothing after an error.
  std::optional<session::Session> run_session(const session::Options& options,
                                              bool may_fail = false);

  /// What `more` repetitions cost beyond `fewer`, for each: the start and first misses are in both.
  /// The text of the options comes behind the number.
  Counters repeated(session::Options options, u32 fewer, u32 more);
  /// The counters of one operation of a micro-guest: its loop less the same loop without the
  /// operation.
  Counters operation(const session::Options& options, u32 usual_times = 1000);

  const std::optional<Error>& error() const { return error_; }
  void fail_with(Error error);

 private:
  session::Options complete(session::Options options) const;

  Settings settings_;
  std::optional<Error> error_;
};

/// Machines to run a guest on. `script` is its command line.
session::Options on_bare(const std::string& guest, const std::string& preset,
                         std::string script = "");
session::Options on_trap_emulate(const std::string& guest, const std::string& preset,
                                 std::string script = "");
session::Options on_dbt(const std::string& guest, const std::string& preset,
                        std::string script = "");
session::Options on_paravirt(const std::string& guest, const std::string& preset,
                             std::string script = "");
session::Options on_hvm_shadow(const std::string& guest, const std::string& preset,
                               std::string script = "");
session::Options on_hvm_nested(const std::string& guest, const std::string& preset,
                               std::string script = "", unsigned depth = 2);
/// A guest of x86; hvm with shadow paging unless `paging` says nested.
session::Options on_x86(const std::string& strategy, const std::string& guest, const std::string& preset,
                        std::string script = "", std::string paging = "shadow");

}  // namespace ringside::study
