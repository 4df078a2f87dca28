// check --fuzz: a strategy held to the three properties by random guests, the first failing one
// shrunk to a small listing.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "session/examine.hpp"
#include "session/random_x86.hpp"

namespace ringside::study {

struct FuzzOptions {
  session::Options session;  ///< strategy and machine; without a variant, the one that the strategy
                             ///< is faithful on
  u64 guests = 0;
  u64 ticks = 15'000;  ///< how far each goes in virtual time
  /// Makes the machine of a guest under the options' strategy, one of Z-ISA or a PC.
  std::function<Result<std::unique_ptr<vmm::Machine>>(const session::RandomGuest&,
                                                      const session::Options&)>
      make = session::random_machine;
  std::function<Result<std::unique_ptr<x86::Machine>>(const session::RandomGuest&, const session::Options&)> make_pc =
      [](const auto& guest, const auto& options) { return session::random_pc(guest, options); };
};

/// An instruction of a listing.
struct ListedInstruction {
  u32 address = 0;  ///< guest-physical
  std::string text;
};

/// A guest with which the strategy did not hold.
struct FuzzFailure {
  u64 seed = 0;
  session::Examination found;              ///< of the guest after shrinking
  std::vector<ListedInstruction> listing;  ///< the random code that matters
  u32 trials = 0;                          ///< guests that were run to shrink it
};

struct Fuzzed {
  std::string isa, strategy;
  bool x86 = false;
  u64 first_seed = 0;
  u64 guests = 0;  ///< that were run
  u64 failed = 0;
  u64 not_equivalent = 0, not_controlled = 0, not_efficient = 0;  ///< of the failed ones
  u64 guest_errors = 0;  ///< guests that used a stale translation
  u64 past_paging = 0;   ///< guests that got past kPastPaging instructions after paging was on
  session::GuestCounts did;
  std::optional<FuzzFailure> first_failure;
  bool stopped = false;

  /// Whether the guests did enough for their passing to mean something.
  bool enough() const;
  bool held() const { return failed == 0 && enough(); }
};
inline constexpr u64 kPastPaging = 200;

/// Something that random guests do, how often they did, and how often they must at least.
struct FuzzMinimum {
  std::string_view what;
  u64 count = 0, least = 0;
};
/// By the number of guests; nothing is asked of fewer than twenty.
std::vector<FuzzMinimum> minimums(const Fuzzed& fuzzed);

/// Guest number i has the seed options.session.seed + i. `between` is asked between guests, with
/// what is known so far; false stops it. Errors: options that do not fit together.
Result<Fuzzed> fuzz(const FuzzOptions& options,
                    const std::function<bool(const Fuzzed&)>& between = {});

/// Schema ringside/check-fuzz/1.
nlohmann::ordered_json to_json(const Fuzzed& fuzzed);

}  // namespace ringside::study
