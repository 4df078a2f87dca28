// The bill of a run: what was charged how often to whom, so that it can be written again at other prices without a run.
#pragma once

#include <optional>

#include "session/contenders.hpp"
#include "session/session.hpp"

namespace ringside::session {

/// What a parameter stands for, for those who set its price.
struct Price {
  std::size_t index = 0;
  std::string key;      ///< "vm_exit"
  std::string meaning;  ///< a sentence
  u64 least = 0, most = 0;  ///< legal, in cycles
};

struct Bill {
  std::string name;    ///< of the contender
  std::string isa;
  std::string ending;  ///< in words
  bool ported = false;
  bool virtual_time = false;
  u64 instructions = 0;  ///< of the guest
  u64 console = 0;       ///< a hash of what it printed
  Prices prices{};       ///< that it ran at
  std::array<cost::Counts, cost::kAccounts> counts{};

  /// Cycles by account at these prices.
  vmm::Spending at(const Prices& prices) const;
  u64 total(const Prices& prices) const;
  /// How often a parameter was charged, to all accounts.
  u64 count(std::size_t parameter) const;
  /// Whether a run at these prices could come to other counts: what is charged takes another time, so timers and
  /// devices come at other instructions. In virtual time the guest sees no cycle, and only the drive's latency matters.
  bool estimated(const Prices& prices) const;
};

Bill bill_of(const vmm::AnyMachine& machine, std::string name);
Bill bill_of(const Session& session);

/// Runs a contender to its end, and writes its bill; where it was stopped, of what it did until then.
/// Errors: as machine_of().
Result<Bill> run_bill(const Contender& contender, const Prices* prices, const GoesOn& goes_on);

/// Parameters that can be priced and that one of the bills was charged, by the cycles that they took in all of them, most first.
std::vector<Price> prices_that_matter(const std::vector<Bill>& bills);

/// Sensitive instructions in a thousand, counted where each is emulated one by one; nothing if no such bill is among these.
std::optional<double> sensitive_rate(const std::vector<Bill>& bills);

// --- the crossover: how the rate of sensitive instructions decides between strategies ---

/// A strategy's slow-down by the rate of sensitive instructions, in a thousand.
struct RateCurve {
  std::string name;
  std::vector<double> rates, slow_downs;
};
/// Measured with the guest micro-rate of Z-ISA, warm. `progress` hears which share is done, and stops it by returning false; then
/// the curves are empty. Errors: there is no such guest.
Result<std::vector<RateCurve>> rate_curves(const Options& options, const Prices& prices, const std::function<bool(double)>& progress);

/// At which rate the first becomes as dear as the other, if it does.
std::optional<double> crossing(const RateCurve& first, const RateCurve& other);

}  // namespace ringside::session
