// The ledger: who spent how many cycles on what. It stores counts; cycles are counts times
// prices, so that every printed number can be taken apart again.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <string_view>

#include "base/types.hpp"
#include "cost/model.hpp"
#include "cost/parameters.hpp"

namespace ringside::cost {

/// Whom a cost is charged to.
enum class Account : u8 {
  kGuestUser,    ///< guest instructions in its user mode
  kGuestKernel,  ///< guest instructions in its kernel mode (virtual, where de-privileged)
  kHardware,     ///< transitions: traps, exits, entries, returns
  kPageWalk,     ///< memory references of hardware page walks
  kVmm,          ///< software of the VMM
  kTranslation,  ///< making translated code, and the instructions it adds to the guest's
  kIdle,         ///< nothing runs
};

inline constexpr std::size_t kAccounts = 7;

inline constexpr std::array<std::string_view, kAccounts> kAccountNames{
    "guest_user", "guest_kernel", "hardware", "page_walk", "vmm", "translation", "idle"};

/// The name of an account in reports.
constexpr std::string_view account_name(Account account) {
  return kAccountNames[static_cast<std::size_t>(account)];
}

/// How often each parameter was charged.
using Counts = std::array<u64, kParams>;

/// Counts by account and parameter, and the clock that they drive. A copyable value: a copy is a
/// snapshot. It keeps its own copy of the prices, so it outlives the model it was made from.
class Ledger {
 public:
  explicit Ledger(const Model& model) : price_(model.price) {}

  /// Charges `n` times the parameter and returns the cycles that this took.
  Cycles charge(Account account, Param param, u64 n = 1) {
    assert(param != Param::kFrequencyKhz);
    if (muted_) return 0;
    counts_[static_cast<std::size_t>(account)][index(param)] += n;
    const Cycles cycles = n * price_[index(param)];
    clock_ += cycles;
    spent_[static_cast<std::size_t>(account)] += cycles;
    return cycles;
  }

  /// Charges all that `counts` holds, `times` times over: the sum of a block of instructions.
  Cycles charge_block(Account account, const Counts& counts, u64 times = 1) {
    Cycles cycles = 0;
    for (std::size_t i = 0; i < kParams; ++i)
      if (counts[i] != 0) cycles += charge(account, static_cast<Param>(i), counts[i] * times);
    return cycles;
  }

  /// Charges the cycles of a wait.
  Cycles idle(Cycles cycles) { return charge(Account::kIdle, Param::kIdleCycle, cycles); }

  u64 price(Param param) const { return price_[index(param)]; }

  u64 count(Account account, Param param) const {
    return counts_[static_cast<std::size_t>(account)][index(param)];
  }

  /// How often the parameter was charged to any account.
  u64 count(Param param) const {
    u64 sum = 0;
    for (const Counts& account : counts_) sum += account[index(param)];
    return sum;
  }

  /// Cycles of one account: its counts times the prices.
  Cycles cycles(Account account) const {
    Cycles sum = 0;
    for (std::size_t i = 0; i < kParams; ++i)
      sum += counts_[static_cast<std::size_t>(account)][i] * price_[i];
    return sum;
  }

  /// The same from counters of their own, as the clock is: for those who look often.
  const std::array<Cycles, kAccounts>& spent() const { return spent_; }

  /// Cycles of all accounts.
  Cycles total() const {
    Cycles sum = 0;
    for (std::size_t a = 0; a < kAccounts; ++a) sum += cycles(static_cast<Account>(a));
    return sum;
  }

  /// The time: a counter of its own, so that a test can hold total() against it.
  Cycles clock() const { return clock_; }

  bool muted() const { return muted_; }

  bool operator==(const Ledger&) const = default;

 private:
  friend class Muted;
  std::array<u64, kParams> price_;
  std::array<Counts, kAccounts> counts_{};
  std::array<Cycles, kAccounts> spent_{};
  Cycles clock_ = 0;
  bool muted_ = false;
};

/// While one lives, its ledger charges nothing: for what the simulator does beside the simulated
/// machine, such as answering a hole as bare metal would. They nest.
class Muted {
 public:
  explicit Muted(Ledger& ledger) : ledger_(ledger), before_(ledger.muted_) { ledger.muted_ = true; }
  ~Muted() { ledger_.muted_ = before_; }
  Muted(const Muted&) = delete;
  Muted& operator=(const Muted&) = delete;

 private:
  Ledger& ledger_;
  bool before_;
};

}  // namespace ringside::cost
